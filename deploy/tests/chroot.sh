# shellcheck shell=bash
# The packages in a chroot of Debian 12. Sourced by run-tests, whose variables and functions it uses.
# shellcheck source=first-steps.sh
. "$here/tests/first-steps.sh"

suite=bookworm
# What the packages depend on, and what installs them.
chroot_packages=adduser,apt,ca-certificates,init-system-helpers,libgcc-s1,libssl3,libstdc++6

# debian_base : path of an archive of the chroot's Debian, made where there is none that is new enough.
debian_base() {
	local folder=${XDG_CACHE_HOME:-$HOME/.cache}/tdxdash base key=/usr/share/keyrings/debian-archive-keyring.gpg
	base=$folder/$suite-$(printf '%s' "$chroot_packages" | sha256sum | cut -c 1-12).tar
	if [ -z "$(find "$base" -mtime -30 2>/dev/null)" ]; then
		mkdir -p "$folder"
		printf 'deb [signed-by=%s] http://deb.debian.org/debian %s main\n' "$key" "$suite" >"$out/sources.list"
		# Documents and words of other languages take longer to unpack than all else.
		mmdebstrap --quiet --variant=essential --include="$chroot_packages" --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
			--dpkgopt='path-exclude=/usr/share/man/*' "$suite" "${base%.tar}.new.tar" "$out/sources.list" && mv "${base%.tar}.new.tar" "$base" || return
	fi
	printf '%s\n' "$base"
}

make_chroot() {
	local base
	base=$(debian_base) || return
	# What a run left that was killed.
	unmount_chroot
	rm -rf --one-file-system "$chroot"
	mkdir -p "$chroot"
	tar -C "$chroot" -xf "$base" || return
	rm -f "$chroot/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
	mount -t proc proc "$chroot/proc" && mount -t sysfs -o ro sysfs "$chroot/sys" && mount -t tmpfs tmpfs "$chroot/tmp" || return
	# A network of its own, in which every port that the documents name is free.
	: >"$net"
	unshare --net="$net" true && nsenter --net="$net" ip link set lo up
}

# Lazily, so that a program that will not end holds nothing up; and nothing is removed through what is mounted.
unmount_chroot() {
	local folder
	for folder in tmp sys proc proc; do
		umount -l "$chroot/$folder" 2>/dev/null
	done
	umount -l "$net" 2>/dev/null
}

unmake_chroot() {
	stop_programs
	unmount_chroot
	rm -rf --one-file-system "$chroot"
}

inside() { (exec_inside "$@"); }

exec_inside() { exec nsenter --net="$net" chroot "$chroot" env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }

# ask CURL-ARGUMENT... : asks from the chroot's network, with the cookies of a browser.
ask() { nsenter --net="$net" curl --silent --show-error --fail --max-time 60 --cookie "$out/cookies" --cookie-jar "$out/cookies" "$@"; }

# unit_value UNIT KEY : what a unit says; lists that come more than once are joined.
unit_value() { sed -n "s/^$2=//p" "$chroot/lib/systemd/system/tdxdash-$1.service" | paste -sd ' '; }

# calls_of SET... : the system calls of systemd's sets.
calls_of() {
	local set line
	for set in "$@"; do
		while read -r line; do
			case $line in
			'' | '#'* | "$set") ;;
			@*) calls_of "$line" ;;
			*) printf '%s\n' "$line" ;;
			esac
		done < <(systemd-analyze syscall-filter "$set")
	done
}

# sandbox UNIT : makes the program that runs another under the unit's system-call filter: a first list, and what later lines take away or add.
sandbox() {
	local line calls=''
	while read -r line; do
		# shellcheck disable=SC2086
		case $line in
		'~'*) calls=$(comm -23 <(printf '%s\n' "$calls") <(calls_of ${line#\~} | sort -u)) ;;
		*) calls=$(printf '%s\n' "$calls" $(for set in $line; do case $set in @*) calls_of "$set" ;; *) echo "$set" ;; esac; done) | sort -u) ;;
		esac
	done < <(sed -n 's/^SystemCallFilter=//p' "$chroot/lib/systemd/system/tdxdash-$1.service")
	sed 's/.*/#ifdef __NR_&\n__NR_&,\n#endif/' <<<"$calls" >"$out/allowed-$1.h"
	gcc -static -O1 -Wall -DALLOWED="\"$out/allowed-$1.h\"" -o "$chroot/sandbox-$1" "$here/tests/sandbox.c"
}

# start UNIT PROGRAM... : runs a program inside as its unit does: user, capabilities, system calls, settings and, of what cannot be done here, nothing.
start() {
	local unit=$1 user caps deny=() settings=()
	shift
	user=$(unit_value "$unit" User)
	caps=$(unit_value "$unit" CapabilityBoundingSet | tr '[:upper:]' '[:lower:]' | sed -E 's/cap_/+/g; s/ /,/g')
	[ "$(unit_value "$unit" MemoryDenyWriteExecute)" != yes ] || deny=(--deny-write-execute)
	mapfile -t settings < <(grep -E '^[A-Za-z_]+=' "$chroot/etc/tdxdash/$unit.env")
	# Each executes the next one, so that this is the program's own process in the end.
	exec_inside STATE_DIRECTORY="/var/lib/$(unit_value "$unit" StateDirectory)" "${settings[@]}" setpriv --reuid "$user" --regid "$user" --init-groups --bounding-set="-all${caps:+,$caps}" --inh-caps=-all \
		"/sandbox-$unit" "${deny[@]}" "$@" >>"$chroot/var/log/tdxdash-$unit" 2>&1 </dev/null &
	running+=($!)
}

stop_programs() {
	local pid i
	for pid in "${running[@]}"; do
		kill "$pid" 2>/dev/null || continue
		# Both end within ten seconds.
		for ((i = 0; i < 150; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	running=()
}

# until_said LOG COMMAND... : repeats the command until it succeeds, for three minutes and its last run at most: all else may have the processors.
until_said() {
	local log=$1 end=$((SECONDS + 180))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then tail -n 20 "$log"; return 1; fi
		sleep 0.2
	done
}

is_ready() { ask "$url/readyz" 2>/dev/null | grep -q '^ready'; }

start_dashboard() {
	# shellcheck disable=SC2046
	start dashboard $(unit_value dashboard ExecStart)
	until_said "$chroot/var/log/tdxdash-dashboard" is_ready
}

start_probe() {
	# shellcheck disable=SC2046
	start probe $(unit_value probe ExecStart | sed 's/ \$TDXPROBE_OPTIONS//')
}

# As a backup counts it, for which nobody has to sign in.
is_kept() {
	rm -f "$chroot/var/backups/tdxdash/count.db"
	inside tdxdash backup /var/backups/tdxdash/count.db | grep -q ': 1 hosts, [1-9]'
}

install_packages() { cp "$out/$1"/*.deb "$chroot/tmp/" && inside sh -c 'dpkg --force-depends --force-confold -i /tmp/*.deb' && rm -f "$chroot"/tmp/*.deb; }

# Whether units are enabled, users and folders made, and settings readable by the service alone.
is_set_up() {
	[ -L "$chroot/etc/systemd/system/multi-user.target.wants/tdxdash-dashboard.service" ] && [ -L "$chroot/etc/systemd/system/multi-user.target.wants/tdxdash-probe.service" ] &&
		[ "$(inside stat -c '%U %a' /var/lib/tdxdash)" = 'tdxdash 700' ] && [ "$(inside stat -c '%U:%G %a' /etc/tdxdash/dashboard.env)" = 'root:tdxdash 640' ] &&
		diff <(inside dpkg -L tdxdash-dkms | grep '^/usr/src/.*\.c$') <(make -s -C "$root/native/kmod" dkms-source DESTDIR="$out/dkms" && cd "$out/dkms" && find usr/src -name '*.c' | sed 's|^|/|' | sort)
}

# A start with /proc as ProcSubset=pid shows it.
starts_with_little_of_proc() {
	mount -t proc -o subset=pid proc "$chroot/proc" && start_dashboard
	local code=$?
	stop_programs
	umount "$chroot/proc"
	return $code
}

shows_host() { inside tdxprobe show --module none | grep -q Kernel && inside tdxprobe nfd --module none | grep -q tdxdash-readiness; }

backs_up() { inside tdxdash backup /var/backups/tdxdash/before.db && [ "$(inside stat -c '%U %a' /var/backups/tdxdash/before.db)" = 'tdxdash 600' ]; }

keeps_state() { grep -q '^TdxDash__Retention__Days=366$' "$chroot/etc/tdxdash/dashboard.env" && [ -s "$chroot/var/lib/tdxdash/tdxdash.db" ] && inside dpkg -s tdxdash-dashboard | grep -q "^Version: $second"; }

restores() {
	stop_programs
	inside tdxdash restore /var/backups/tdxdash/before.db | grep -q 'What was there before is in /var/lib/tdxdash/replaced-' && start_dashboard && until_said "$chroot/var/log/tdxdash-dashboard" is_kept
}

bundles() {
	inside tdxdash support-bundle /var/backups/tdxdash/help.zip && inside tdxprobe support-bundle /tmp/help.zip --module none && inside tdxprobe health --state /var/lib/tdxprobe
}

removes() { stop_programs && inside dpkg --remove tdxdash-dashboard tdxdash-probe tdxdash-dkms && [ ! -e "$chroot/usr/lib/tdxdash" ] && [ -s "$chroot/var/lib/tdxdash/tdxdash.db" ] && [ -e "$chroot/etc/tdxdash/dashboard.env" ]; }

purges() {
	inside dpkg --purge tdxdash-dashboard tdxdash-probe tdxdash-dkms && [ ! -e "$chroot/var/lib/tdxdash" ] && [ ! -e "$chroot/var/lib/tdxprobe" ] && [ ! -e "$chroot/etc/tdxdash" ] &&
		[ -z "$(find "$chroot/etc/systemd" -name 'tdxdash*')" ] && [ -s "$chroot/var/backups/tdxdash/before.db" ]
}

test_in_chroot() {
	chroot=$out/chroot net=$out/net running=() url=http://127.0.0.1:8080
	trap unmake_chroot EXIT
	try "chroot of Debian 12 is made" make_chroot
	[ "$failures" -eq 0 ] || return
	try "packages are installed by the documented commands" installs
	[ "$failures" -eq 0 ] || return
	try "units are enabled; users, folders and settings are there" is_set_up
	printf 'TdxDash__Retention__Days=366\n' >>"$chroot/etc/tdxdash/dashboard.env"
	try "system-call filters are made" eval 'sandbox dashboard && sandbox probe'
	try "dashboard starts with little of /proc" starts_with_little_of_proc
	try "dashboard is ready, as its unit runs it" start_dashboard
	# What follows would wait for it in vain.
	[ "$failures" -eq 0 ] || return
	try "first administrator signs in by the link, where the documents say that it is" signs_in
	try "probe is enrolled by the documented commands" enrols
	try "probe starts, as its unit runs it" start_probe
	try "fleet shows the host to who signed in" until_said "$chroot/var/log/tdxdash-probe" fleet_has_host
	try "Prometheus scrapes the host, set up by the documented commands" scrapes
	try "probe shows the host" shows_host
	try "backup is made" backs_up
	try "support bundles are made, and the service reports" bundles
	stop_programs
	try "packages are upgraded" install_packages second
	try "settings and data are kept" keeps_state
	try "dashboard is ready after the upgrade" start_dashboard
	try "backup is restored" restores
	try "packages are removed, and state stays" removes
	try "packages are purged, and state goes" purges
}
