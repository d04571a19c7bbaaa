# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# The files of an LPAR image: its root tree put together, the root disk, the manifest.

# image_tree DIR - base tree, modules, init and wparctl as one tree.  Files are hard links into
# the cache: nothing may be written in place.
image_tree() {
	step "root tree"
	mkdir -p "${1%/*}"
	cp -al "$base_dir" "$1"
	mkdir -p "$1/usr/lib/modules"
	cp -al "$kernel_dir/lib/modules/." "$1/usr/lib/modules/"
	install -m 755 "$init_exe" "$1/usr/sbin/lpard-init"
	for name in init poweroff reboot halt shutdown telinit; do
		ln -sf lpard-init "$1/usr/sbin/$name"
	done
	mkdir -p "$1/usr/lib/lpard" "$1/images" "$1/wpars" "$1/etc/wpars" "$1/etc/sysctl.d" \
		"$1/var/adm/wpars" "$1/var/lib/wpars"
	# mkwpar refuses a place that others than root can look into.
	chmod 700 "$1/wpars" "$1/var/lib/wpars"
	install -m 755 "$here/rootfs/dhcp-event" "$1/usr/lib/lpard/dhcp-event"
	tar -c -C "$wparctl_root" . | tar -x -C "$1" --no-same-owner --keep-directory-symlink
	# df lists the file systems of active WPARs, too.
	mkdir -p "$1/usr/local/bin"
	ln -sf ../../sbin/wparctl "$1/usr/local/bin/df"
	image_libraries "$1"
}

# image_files DIR TREE - lay the caller's files over the tree, owned by root.  tar removes a file that is
# there before it makes the new one, so that the hard-linked file in the cache stays as it is.
# Their time is now, not that of the clone: by its time /etc/.updated tells systemd that it is newer
# than /usr.
image_files() {
	tar -c -C "$1" --owner=0 --group=0 . | tar -x -m -C "$2" --no-overwrite-dir
}

# image_libraries TREE - every library that wparctl's programs ask for must be there.
image_libraries() {
	find "$wparctl_root" -type f -perm /111 | while read -r file; do
		"$triplet-objdump" -p "$file" 2>/dev/null |
			sed -n "s/^  NEEDED  *//p" | while read -r library; do
			[ -e "$1/usr/lib/$triplet/$library" ] ||
				die "${file#"$wparctl_root"} needs $library: add its -dev package to images/lists/libraries.txt"
		done || exit 1
	done
}

# image_disk TREE FILE - the root disk: ext4 with project quotas, thin.
image_disk() {
	step "root disk"
	truncate -s "$root_size" "$2"
	mkfs.ext4 -q -F -L lpar-root -m 1 -O project,quota \
		-E quotatype=prjquota,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0 \
		-d "$1" "$2" 2>"$2.log" || {
		sed 's/^/  /' "$2.log" >&2
		die "the root disk could not be made"
	}
	rm "$2.log"
	# mkfs counts none of the files it copied against the quotas: e2fsck does (status 1: corrected).
	e2fsck -fy "$2" >"$2.log" 2>&1 || [ $? -eq 1 ] || {
		sed 's/^/  /' "$2.log" >&2
		die "the root disk is not sound"
	}
	rm "$2.log"
}

# image_manifest DIR NAME ROLE SOURCES - image.json of what is in DIR.  ROLE is what the builder was
# asked for, a role or a suite; SOURCES is sources_digest's word.
image_manifest() {
	step "manifest"
	os_name=$(sed -n 's/^NAME="\(.*\)"/\1/p' "$base_dir/usr/lib/os-release")
	cat >"$1/image.json" <<JSON
{
  "format": 1,
  "name": "$2",
  "role": "$3",
  "suite": "$(suites_alias "$suite")",
  "codename": "$suite",
  "architecture": "ppc64el",
  "os_name": "$os_name",
  "os_version": "$(os_version "$base_dir")",
  "kernel_release": "$kernel_release",
  "page_size": $page_size,
  "boot": "vof",
  "command_line": "$command_line",
  "agent_version": "$wparctl_version",
  "created": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "sources": "$4",
  "files": {
    $(json_file kernel vmlinux "$1"),
    $(json_file initrd initrd.img "$1"),
    $(json_file root root.img "$1")
  }
}
JSON
}

# os_version TREE - the release with its point (12.11), as far as the tree knows
os_version() {
	version=$(cat "$1/etc/debian_version" 2>/dev/null)
	case $version in
	[0-9]*) printf '%s' "$version" ;;
	*)
		release=$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' "$1/usr/lib/os-release")
		# testing has no number.
		printf '%s' "${release:-$version}"
		;;
	esac
}
