# shellcheck shell=bash
# The DKMS package, built by DKMS. Sourced by run-tests.

# fetch_dkms FOLDER : DKMS is one script, so it need not be installed, and changes nothing on this machine.
fetch_dkms() {
	local into=$1
	[ ! -e "$into/complete" ] || return 0
	rm -rf "$into"
	mkdir -p "$into"
	(cd "$into" && apt-get "${apt_options[@]}" -q download dkms && dpkg-deb -x dkms_*.deb . && rm dkms_*.deb) && touch "$into/complete"
}

# dkms_builds DKMS KERNEL VERSION FOLDER : whether the package is passed over for a kernel without TDX host support, and
# builds without that condition. Leaves the module as FOLDER/tdxdash.ko.
dkms_builds() {
	local dkms=$1 kernel=$2 version=$3 folder=$4 release
	release=$(basename "$kernel")
	rm -rf "$folder"
	mkdir -p "$folder/tree"
	make -s -C "$here" dkms-source "DESTDIR=$folder" || return
	local run=(bash "$dkms/usr/sbin/dkms" --dkmstree "$folder/tree" --sourcetree "$folder/usr/src")
	local which=(-m tdxdash -v "$version" -k "$release" --kernelsourcedir "$kernel/headers")
	"${run[@]}" add -m tdxdash -v "$version" || return
	if "${run[@]}" build "${which[@]}"; then
		echo "it was built for a kernel without CONFIG_INTEL_TDX_HOST"
		return 1
	fi
	[ -z "$(find "$folder/tree" -name '*.ko*')" ] || return
	sed -i '/^BUILD_EXCLUSIVE_CONFIG=/d' "$folder/usr/src/tdxdash-$version/dkms.conf"
	"${run[@]}" build "${which[@]}" || { cat "$folder/tree/tdxdash/$version/build/make.log"; return 1; }
	cp "$folder/tree/tdxdash/$version/$release/x86_64/module/tdxdash.ko" "$folder/"
}
