# shellcheck shell=bash
# What the repository's commands need on the machine. Sourced by ./run, ./test and .ci/run.

fail() {
	printf 'error: %s\n' "$1" >&2
	[ $# -lt 2 ] || printf '       %s\n' "${@:2}" >&2
	exit 1
}

need_dotnet() {
	local found
	if ! command -v dotnet >/dev/null 2>&1; then
		fail "the .NET SDK is not installed; TdxDash needs SDK 10.0.400 or newer in the 10.0 line." \
			"Install it: https://learn.microsoft.com/dotnet/core/install/linux (package dotnet-sdk-10.0)," \
			"or without root: curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0" \
			"and put \$HOME/.dotnet on the PATH."
	fi
	# Resolved in this folder, so that global.json has its say.
	if ! found=$(dotnet --version 2>/dev/null); then
		fail "no installed .NET SDK satisfies global.json (10.0.400 or newer in the 10.0 line). Installed:" \
			"$(dotnet --list-sdks 2>/dev/null | tr '\n' ';')" \
			"Install package dotnet-sdk-10.0, or: curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
	fi
	case $found in
	10.0.*) ;;
	*) fail "the .NET SDK here is $found; TdxDash needs the 10.0 line." "Install package dotnet-sdk-10.0 beside it; global.json then picks it." ;;
	esac
}

# install_missing WHAT-FOR PACKAGE... : installs by apt when root, else says which command does it.
install_missing() {
	local purpose=$1 log
	shift
	[ $# -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		fail "$purpose needs what Debian calls: $*." "Install these with this system's own package tool, then run this command again."
	fi
	if [ "$(id -u)" -ne 0 ]; then
		fail "$purpose needs packages that are not installed: $*." "Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
	fi
	printf 'Installing for %s: %s\n' "$purpose" "$*"
	log=$(mktemp)
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		fail "apt-get could not install: $*." "The lines above say why; the whole log is $log."
	fi
	rm -f "$log"
}

have() { command -v "$1" >/dev/null 2>&1; }

# Debian keeps the server's programs out of the PATH.
have_postgres() { [ -n "$(find /usr/lib/postgresql -path '*/bin/postgres' -print -quit 2>/dev/null)" ]; }

# The packages that building the native library needs and this machine lacks.
missing_for_native_build() {
	have cmake || echo cmake
	have make || have ninja || echo make
	if ! { have cc || have gcc || have clang; } || ! [ -e /usr/include/stdlib.h ]; then
		echo gcc libc6-dev
	fi
}

# The packages that the tests need on top: the linker of Native AOT, libFuzzer, Node.js, curl for the examples of the API, networks, Python for its example, Prometheus and an Alertmanager, PostgreSQL, Redis, nginx, a browser, and a font to draw text with.
missing_for_tests() {
	missing_for_native_build
	have clang || echo clang
	"${BASH_SOURCE[0]%/*}/has-libfuzzer" || echo libclang-rt-dev
	[ -e /usr/include/zlib.h ] || echo zlib1g-dev
	have node || echo nodejs
	have npm || echo npm
	have curl || echo curl
	have ip || echo iproute2
	have python3 || echo python3
	have prometheus-alertmanager || echo prometheus-alertmanager
	have promtool || echo prometheus
	have_postgres || echo postgresql
	have redis-server || echo redis-server
	have nginx || [ -x /usr/sbin/nginx ] || echo nginx-light
	[ -x /usr/bin/chromium-headless-shell ] || echo chromium-headless-shell
	[ -n "$(find /usr/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ] || echo fonts-dejavu-core
	missing_for_kernel_tests
	missing_for_packages
}

# The packages that the kernel module's tests need: compilers as Debian's kernel headers name them, and a machine to boot.
missing_for_kernel_tests() {
	have make || echo make
	have clang || echo clang
	have gcc-12 || echo gcc-12
	have sparse || echo sparse
	have cpio || echo cpio
	have qemu-system-x86_64 || echo qemu-system-x86
	[ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || echo busybox-static
	[ -e /usr/lib/x86_64-linux-gnu/libelf.so.1 ] || echo libelf1
	[ -e /usr/lib/x86_64-linux-gnu/libssl.so.3 ] || echo libssl3
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
}

# The packages that the tests of units and packages need: what reads units and a compiler; and, as root, what makes a chroot with a network, asks there and scrapes.
missing_for_packages() {
	have gcc || echo gcc libc6-dev
	have systemd-analyze || echo systemd
	[ "$(id -u)" -eq 0 ] || return 0
	have mmdebstrap || echo mmdebstrap
	have curl || echo curl
	have ip || echo iproute2
	have prometheus || echo prometheus
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
}
