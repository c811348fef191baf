// SPDX-License-Identifier: GPL-2.0-only
/* Who loads where, who may open, and what keeps two variants apart. */
#define _GNU_SOURCE
#include "guest.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void test_refusals(const char *reason)
{
	char line[256];

	expect_errno("release variant refuses this machine", load("tdxdash", ""), ENODEV);
	snprintf(line, sizeof(line), "tdxdash: not loaded: %s", reason);
	expect("release variant logs the reason", log_holds(line), "no \"%s\" in the log", line);
	expect_errno("release variant takes no force", load("tdxdash", "force=1"), ENODEV);
	expect_errno("test variant refuses this machine when not forced", load("tdxdash_test", ""), ENODEV);
	expect("no device was made", access(DEVICE, F_OK) != 0, "there is " DEVICE);
}

/* Every reason that holds here is logged by a forced load; software emulation has VMX on no CPU, and no KeyIDs. */
static void test_reasons(void)
{
	static const char *const reasons[] = {
		"the CPU has no VMX, or the BIOS keeps it off",
		"the CPU has no private KeyIDs (MSR 0x87); TDX is off in the BIOS",
		"this kernel is built without TDX host support (CONFIG_INTEL_TDX_HOST)",
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		char line[256];
		char name[256];

		snprintf(line, sizeof(line), "tdxdash_test: would not be loaded: %s", reasons[i]);
		snprintf(name, sizeof(name), "forced load logs: %s", reasons[i]);
		expect(name, log_holds(line), "not in the log");
	}
}

static void test_second_load(int fd)
{
	expect_errno("same variant a second time", load("tdxdash_test", "force=1"), EEXIST);
	expect_errno("another variant beside it", load("tdxdash_emulated", ""), ENOEXEC);
	expect("another variant beside it is logged",
	       log_holds("tdxdash_emulated: exports duplicate symbol tdxdash_only_one (owned by tdxdash_test)"),
	       "not in the log");
	expect_errno("unloading while the device is open", unload("tdxdash_test"), EAGAIN);
	expect_errno("the device still answers",
		     call(fd, TDXDASH_IOCTL_INFO, &(struct tdxdash_ioctl_info){ 0 }), 0);
}

/* Opens the device in a child that gave up something first; returns the errno that it saw. */
static int open_after(void (*give_up)(void))
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		int fd;

		give_up();
		fd = open_device(O_RDONLY);
		_exit(fd < 0 ? -fd : 0);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void give_up_user(void)
{
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		_exit(255);
}

/* Still user 0, so that the file's mode lets it in. */
static void give_up_sys_admin(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		_exit(255);
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].permitted &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data))
		_exit(255);
}

static void give_up_nothing(void)
{
}

void test_device(void)
{
	struct tdxdash_ioctl_info info = { 0 };
	struct stat status = { 0 };
	int fd = open_device(O_RDONLY);

	test_reasons();
	stat(DEVICE, &status);
	expect("device node is of root alone",
	       S_ISCHR(status.st_mode) && (status.st_mode & 07777) == 0600 && status.st_uid == 0 && status.st_gid == 0,
	       "mode %o, owner %u:%u", status.st_mode, status.st_uid, status.st_gid);
	expect("device opens", fd >= 0, "errno %d", -fd);
	expect_errno("INFO", call(fd, TDXDASH_IOCTL_INFO, &info), 0);
	expect("INFO says ABI 1 and that this is a test", info.abi_version == 1 && info.flags == TDXDASH_IOCTL_TEST,
	       "ABI %u, flags %u", info.abi_version, info.flags);
	expect_errno("open for writing", -open_device(O_WRONLY), EACCES);
	expect_errno("open for reading and writing", -open_device(O_RDWR), EACCES);
	expect_errno("open in a child", open_after(give_up_nothing), 0);
	expect_errno("open by another user", open_after(give_up_user), EACCES);
	expect_errno("open by root without CAP_SYS_ADMIN", open_after(give_up_sys_admin), EPERM);
	test_second_load(fd);
	close(fd);
}
