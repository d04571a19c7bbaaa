#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_oci.py OUT.tar ARCHITECTURE FOLDER... - an OCI archive whose layers are these folders, the lowest first"""
import gzip
import hashlib
import io
import json
import sys
import tarfile


def layer(folder):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(folder, ".")
    return out.getvalue()


class Layout:
    """The files of an OCI image layout."""

    def __init__(self):
        self.files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(self, kind, data):
        """Adds it; what names it."""
        digest = hashlib.sha256(data).hexdigest()
        self.files["blobs/sha256/" + digest] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": "sha256:" + digest, "size": len(data)}

    def write(self, path):
        with tarfile.open(path, "w") as archive:
            for name, data in self.files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))


def main():
    out, architecture, folders = sys.argv[1], sys.argv[2], sys.argv[3:]
    tars = [layer(folder) for folder in folders]
    layout = Layout()
    config = layout.blob("config.v1+json", json.dumps({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(t).hexdigest() for t in tars]}}).encode())
    layers = [layout.blob("layer.v1.tar+gzip", gzip.compress(t)) for t in tars]
    manifest = layout.blob("manifest.v1+json", json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config, "layers": layers}).encode())
    layout.files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode()
    layout.write(out)


main()
