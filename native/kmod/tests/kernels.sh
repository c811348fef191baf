# shellcheck shell=bash
# Debian's kernels to build for and to boot. Sourced by run-tests.

# Options for apt: none where this system's own package sources are asked.
apt_options=()

# use_debian_12 FOLDER : has apt ask Debian 12's mirrors from now on, with lists of its own in FOLDER. It changes nothing of
# this system's, so it needs no root; and its lists are never old.
use_debian_12() {
	local folder=$1 key=/usr/share/keyrings/debian-archive-keyring.gpg
	mkdir -p "$folder"/{lists,cache/archives}/partial || return
	cat >"$folder/sources.list" <<LIST || return
deb [signed-by=$key] http://deb.debian.org/debian bookworm main
deb [signed-by=$key] http://deb.debian.org/debian-security bookworm-security main
LIST
	apt_options=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Architecture=amd64)
	apt-get "${apt_options[@]}" -q update
}

# What the meta packages of a kernel line depend on now: Debian deletes old ABI versions from its mirrors, so that no
# version can be written down here. The cloud flavour is the smallest; what the module uses is the same in all.
resolve_kernel() {
	local line=$1 meta found
	for meta in "linux-headers-$line-cloud-amd64" linux-headers-cloud-amd64; do
		found=$(apt-cache "${apt_options[@]}" depends "$meta" 2>/dev/null | sed -nE "s/^ *Depends: linux-headers-(${line//./\\.}[.+~-].*)/\1/p" | head -n 1)
		if [ -n "$found" ]; then
			printf '%s\n' "$found"
			return
		fi
	done
	return 1
}

# The packages of a kernel: its headers, what these are built on, and its image.
kernel_packages() {
	printf '%s\n' "linux-headers-$1" "linux-image-$1"
	apt-cache "${apt_options[@]}" depends "linux-headers-$1" | sed -nE 's/^ *Depends: (linux-headers-.*-common|linux-kbuild-.*)$/\1/p'
}

# unpack_kernel RELEASE DEBS FOLDER : leaves FOLDER/headers, which 'make -C' takes, and FOLDER/vmlinuz.
unpack_kernel() {
	local release=$1 debs=$2 into=$3 deb
	for deb in "$debs"/linux-headers-*.deb "$debs"/linux-kbuild-*.deb; do
		dpkg-deb -x "$deb" "$into" || return
	done
	# The only absolute path that matters.
	sed -i "s#/usr/src/#$into/usr/src/#" "$into/usr/src/linux-headers-$release/Makefile" || return
	# Without it no type information is made, for which there would have to be a pahole of the kernel's own version.
	rm -f "$into/usr/src/linux-headers-$release/vmlinux"
	ln -s "usr/src/linux-headers-$release" "$into/headers" || return
	dpkg-deb --fsys-tarfile "$debs"/linux-image-*.deb | tar -xO "./boot/vmlinuz-$release" >"$into/vmlinuz"
}

# configure_for_clang HEADERS : makes HEADERS-clang beside it, where its links to other packages hold, too. It says of clang
# what Debian's configuration says of gcc, as Kconfig would have. CC=clang alone hands gcc's options to clang, and LLVM=1
# does nothing, since Debian's headers name gcc-12 in a file that is read later.
configure_for_clang() {
	local from=$1 to=$1-clang version
	version=$(clang -dumpversion | awk -F. '{ print $1 * 10000 + $2 * 100 + $3 }')
	cp -r "$from" "$to" || return
	local off=CC_IS_GCC:GCC_VERSION:CLANG_VERSION:RETHUNK:MITIGATION_RETHUNK:SLS:MITIGATION_SLS:FTRACE_MCOUNT_USE_CC:CC_HAS_NAMED_AS:USE_X86_SEG_SUPPORT:CC_IMPLICIT_FALLTHROUGH:CC_HAS_AUTO_VAR_INIT_ZERO_ENABLER
	off=${off//:/|}
	sed -i -E "/^CONFIG_($off)=/d" "$to/include/config/auto.conf" || return
	sed -i -E "/^#define CONFIG_($off) /d" "$to/include/generated/autoconf.h" || return
	cat >>"$to/include/config/auto.conf" <<CONF || return
CONFIG_CC_IS_CLANG=y
CONFIG_CLANG_VERSION=$version
CONFIG_GCC_VERSION=0
CONFIG_CC_HAS_AUTO_VAR_INIT_ZERO_ENABLER=y
CONFIG_CC_IMPLICIT_FALLTHROUGH="-Wimplicit-fallthrough"
CONF
	cat >>"$to/include/generated/autoconf.h" <<CONF
#define CONFIG_CC_IS_CLANG 1
#define CONFIG_CLANG_VERSION $version
#define CONFIG_GCC_VERSION 0
CONF
}

# fetch_kernel RELEASE FOLDER : downloads and unpacks a kernel into FOLDER, unless that was done before.
fetch_kernel() {
	local release=$1 into=$2 names
	[ ! -e "$into/complete" ] || return 0
	rm -rf "$into" "$into.debs"
	mkdir -p "$into" "$into.debs" || return
	mapfile -t names < <(kernel_packages "$release")
	(cd "$into.debs" && apt-get "${apt_options[@]}" -q download "${names[@]}") || return
	unpack_kernel "$release" "$into.debs" "$into" || return
	configure_for_clang "$into/usr/src/linux-headers-$release" || return
	ln -s "usr/src/linux-headers-$release-clang" "$into/headers-clang" || return
	rm -rf "$into.debs"
	touch "$into/complete"
}
