# shellcheck shell=bash
# The virtual machine that the tests run in. Sourced by run-tests.

# with_libraries FILE... : the files, and the shared libraries that they need.
with_libraries() {
	printf '%s\n' "$@"
	ldd "$@" 2>/dev/null | grep -oE '/[^ ]+ \(0x' | sed 's/ (0x//' | sort -u
}

# The memory map of a machine that has what a profile says of its CMRs.
iomem_of_profile() {
	awk '
		function fill(list, n,  i, k, part) {
			for (i = 3; i <= NF; i++) { split($i, part, "*"); k = part[2] ? part[2] : 1; while (k-- > 0) list[++n] = part[1] }
		}
		$2 == "CMR_BASE" { fill(base, 0) }
		$2 == "CMR_SIZE" { fill(size, 0) }
		END { for (i = 1; i in base; i++) if (size[i] != "0") print base[i], size[i] }
	' "$1" | while read -r base size; do
		printf '%012x-%012x : System RAM\n' $((base)) $((base + size - 1))
	done
}

# make_initramfs MODULES PROBE PROFILE GUEST INITRD : packs everything that a guest needs.
make_initramfs() {
	local modules=$1 probe=$2 profile=$3 guest=$4 initrd=$5 root=$5.root file
	rm -rf "$root"
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,modules,opt/tdxprobe,host} || return
	cp /bin/busybox "$guest" "$root/bin/" && cp "$modules"/*.ko "$root/modules/" && install -m 0755 "${BASH_SOURCE[0]%/*}/guest/init" "$root/init" || return
	iomem_of_profile "$profile" >"$root/iomem"
	cp -r "$probe"/{tdxprobe,*.so,profiles} "$root/opt/tdxprobe/" || return
	while read -r file; do
		case $file in
		"$probe"/*) ;;
		*) mkdir -p "$root${file%/*}" && cp -L "$file" "$root$file" || return ;;
		esac
	# .NET takes its hashes from OpenSSL, and finds it by itself.
	done < <(with_libraries "$probe/tdxprobe" "$probe"/*.so /usr/lib/x86_64-linux-gnu/libssl.so.3)
	(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$initrd" || return
	rm -rf "$root"
}

# On one thread: with one each for its processors QEMU can let one of them run into the breakpoint by which the other patches the kernel's
# text, and the kernel dies of "int3" while it boots.
# boot KERNEL INITRD CPU ENVIRONMENT LOGS : leaves LOGS/console, LOGS/results and LOGS/dmesg. How QEMU ends says nothing: a
# kernel that dies ends it with 0, too.
boot() {
	local kernel=$1 initrd=$2 cpu=$3 environment=$4 logs=$5
	timeout --kill-after=5 120 qemu-system-x86_64 -M q35 -accel tcg,thread=single -cpu "$cpu" -smp 2 -m 512 -nodefaults -no-user-config -display none -no-reboot \
		-serial "file:$logs/console" -serial "file:$logs/results" -serial "file:$logs/dmesg" -kernel "$kernel/vmlinuz" -initrd "$initrd" \
		-append "console=ttyS0 quiet loglevel=4 oops=panic panic=-1 panic_on_warn=1 $environment" >"$logs/qemu" 2>&1 </dev/null
	sed -i 's/\r$//' "$logs"/{console,results,dmesg}
}

# judge LOGS : says what is wrong with a boot; nothing where all is well. A result that is missing is wrong, too.
judge() {
	local logs=$1 promised counted
	promised=$(sed -nE 's/^end of ([0-9]+) results$/\1/p' "$logs/results" 2>/dev/null | tail -n 1)
	counted=$(grep -cE '^(not )?ok ' "$logs/results" 2>/dev/null)
	if [ -z "$promised" ]; then
		echo "the guest did not come to its end"
	elif [ "$promised" -ne "$counted" ]; then
		echo "the guest had $promised results, and $counted came over"
	fi
	grep -hE 'Oops|BUG:|WARNING:|Call Trace|Kernel panic|general protection|unhandled|stack-protector|soft lockup|rcu.*stall' \
		"$logs/console" "$logs/dmesg" 2>/dev/null | head -n 5
	[ -s "$logs/dmesg" ] || [ -z "$promised" ] || echo "the kernel log did not come over"
}
