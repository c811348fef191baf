# shellcheck shell=bash
# From the packages to a first host that Prometheus scrapes, by the commands of the documents, word for word. Sourced by chroot.sh, whose variables and functions it uses.

# documented DOCUMENT COMMAND [PLACEHOLDER=VALUE]... : runs a command inside, in a folder that stands for the sources, once it is a line of the document.
documented() {
	local document=$root/docs/$1 command=$2 pair
	shift 2
	if ! grep -qxF -- "$command" "$document"; then
		printf '%s has no line any more: %s\n' "$document" "$command"
		return 1
	fi
	for pair in "$@"; do
		command=${command//"${pair%%=*}"/"${pair#*=}"}
	done
	inside sh -c "cd /src && $command"
}

# What is in place of sudo and of systemd's journal, where neither is.
stand_ins() {
	printf '#!/bin/sh\nexec "$@"\n' >"$chroot/usr/local/bin/sudo"
	printf '#!/bin/sh\nexec cat "/var/log/$2"\n' >"$chroot/usr/local/bin/journalctl"
	chmod 0755 "$chroot"/usr/local/bin/*
}

# apt as documented, but for the package of the kernel module, which depends on a compiler and the running kernel's headers.
# shellcheck disable=SC2016
installs() {
	stand_ins
	mkdir -p "$chroot/src/artifacts/packages" "$chroot/src/deploy" || return
	cp "$out/first"/*.deb "$chroot/src/artifacts/packages/" && cp -r "$here/prometheus" "$chroot/src/deploy/" &&
		documented deployment.md 'sudo apt install "$PWD"/artifacts/packages/tdxdash-dashboard_0.1.0_amd64.deb' &&
		documented deployment.md 'sudo apt install "$PWD"/artifacts/packages/tdxdash-probe_0.1.0_amd64.deb' &&
		inside sh -c 'dpkg --force-depends -i /src/artifacts/packages/tdxdash-dkms_*.deb'
}

link_in_journal() {
	link=$(documented deployment.md 'sudo journalctl -u tdxdash-dashboard' | grep -oE 'http://[^ ]+/welcome\?token=[A-Za-z0-9_-]+' | tail -n 1)
	[ -n "$link" ]
}

# Opens the link and sends its form, as a browser does.
signs_in() {
	local link forgery
	rm -f "$out/cookies"
	until_said "$chroot/var/log/tdxdash-dashboard" link_in_journal || return
	forgery=$(ask "$link" | grep -oE 'name="__RequestVerificationToken"[^>]*value="[^"]+"' | sed 's/.*value="//; s/"$//')
	ask --data-urlencode "__RequestVerificationToken=$forgery" --data _handler=welcome --data Form.Name=admin \
		--data-urlencode 'Form.Password=correct horse battery' --data-urlencode 'Form.Again=correct horse battery' "$link" || return
	! nsenter --net="$net" curl --silent --fail "$url/fleet.json" && ask "$url/fleet.json"
}

enrols() {
	local token
	token=$(documented deployment.md 'sudo tdxdash enroll-token') && documented deployment.md 'sudo tdxprobe enroll http://127.0.0.1:8080 TOKEN' "TOKEN=$token"
}

fleet_has_host() { ask "$url/fleet.json" | grep -q "\"$(uname -n)\""; }

prometheus_has_host() { ask 'http://127.0.0.1:9090/api/v1/query?query=tdxdash_host_info' 2>/dev/null | grep -q "\"host\":\"$(uname -n)\""; }

# Debian's Prometheus of this machine, with what its package brings to the chroot: a user and a folder. It looks more often than every 30 s.
scrapes() {
	inside adduser --system --group --quiet --no-create-home prometheus && mkdir -p "$chroot/etc/prometheus" &&
		documented metrics.md 'sudo cp deploy/prometheus/prometheus.yml deploy/prometheus/tdxdash-rules.yml /etc/prometheus/' &&
		documented metrics.md 'sudo tdxdash api-token NAME --for prometheus | sudo install -o prometheus -m 0400 /dev/stdin /etc/prometheus/tdxdash.token' NAME=admin || return
	sed -i 's/interval: 30s/interval: 1s/' "$chroot/etc/prometheus/prometheus.yml"
	rm -rf "$out/prometheus"
	nsenter --net="$net" prometheus --config.file="$chroot/etc/prometheus/prometheus.yml" --storage.tsdb.path="$out/prometheus" --web.listen-address=127.0.0.1:9090 --log.level=warn \
		>"$out/log/prometheus.log" 2>&1 </dev/null &
	running+=($!)
	until_said "$out/log/prometheus.log" prometheus_has_host
}
