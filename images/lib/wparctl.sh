# shellcheck shell=sh disable=SC2034,SC2154 # the parts share their variables
# SPDX-License-Identifier: Apache-2.0
#
# wparctl, cross built against the sysroot by the project's own meson files.

# build_wparctl - sets $wparctl_root (what `meson install` lays down) and $wparctl_version.
build_wparctl() {
	step "wparctl for $suite"
	build=$cache/images/wparctl-$suite
	wparctl_root=$build.root
	wparctl_log=$build.log
	if [ "$(cat "$build/.cross-key" 2>/dev/null)" != "$cross_key $repo" ]; then
		rm -rf "$build"
		meson setup --cross-file "$cross/meson.ini" --prefix=/usr --sysconfdir=/etc \
			--localstatedir=/var -Dbuildtype=release -Dlpard=disabled -Dtests=disabled \
			-Ddocs=disabled -Dwparctl=enabled "$build" "$repo" >"$wparctl_log" 2>&1 ||
			wparctl_failed "cannot be configured"
		echo "$cross_key $repo" >"$build/.cross-key"
	fi
	meson compile -C "$build" >"$wparctl_log" 2>&1 || wparctl_failed "does not compile"
	rm -rf "$wparctl_root"
	meson install -C "$build" --no-rebuild --strip --destdir "$wparctl_root" \
		>"$wparctl_log" 2>&1 || wparctl_failed "cannot be installed"
	[ -x "$wparctl_root/usr/sbin/wparctl" ] || wparctl_failed "installs no /usr/sbin/wparctl"
	wparctl_version=$(meson introspect --projectinfo "$build" |
		sed -n 's/.*"version": *"\([^"]*\)".*/\1/p')
}

wparctl_failed() {
	tail -n 30 "$wparctl_log" | sed 's/^/  /' >&2
	die "wparctl $1 for $suite (all messages: $wparctl_log)"
}
