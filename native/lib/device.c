/* SPDX-License-Identifier: MIT */
#include "device.h"

#include "field_id.h"
#include "tdxdash_ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a metadata list's header: its size, its number of sequences, reserved. */
#define LIST_HEADER_SIZE 8u

/* What of a completion status is compared; the rest are details. */
#define STATUS_MASK UINT64_C(0xffffffff00000000)

static int32_t fail_open(struct tdxdash_error *error, const char *path, int os_error)
{
	switch (os_error) {
	case ENOENT:
	case ENOTDIR:
	case ENXIO:
	case ENODEV:
		return fail(error, (struct failure){ TDXDASH_ABSENT, os_error, 0 },
			    "Load the tdxdash kernel module on a TDX host, or use an emulated module.",
			    "The device %s is absent: %s.", path, strerror(os_error));
	case EACCES:
	case EPERM:
		return fail(error, (struct failure){ TDXDASH_NOT_PERMITTED, os_error, 0 },
			    "Run the probe as root, with the capability CAP_SYS_ADMIN.",
			    "The device %s may not be opened: %s.", path, strerror(os_error));
	default:
		return fail(error, (struct failure){ TDXDASH_UNREADABLE, os_error, 0 },
			    "Look into the kernel log for lines of tdxdash.", "The device %s cannot be opened: %s.", path,
			    strerror(os_error));
	}
}

static int32_t fail_wrong(struct tdxdash_error *error, const char *path, int os_error, const char *why)
{
	return fail(error, (struct failure){ TDXDASH_WRONG_DEVICE, os_error, 0 },
		    "Give the path of the device that the tdxdash kernel module makes, /dev/tdxdash.",
		    "%s is not the tdxdash device: %s.", path, why);
}

static int ioctl_through_signals(int fd, unsigned long request, void *argument)
{
	int result;

	do {
		result = ioctl(fd, request, argument);
	} while (result < 0 && errno == EINTR);
	return result;
}

static int32_t ask_info(const char *path, struct device *device, struct tdxdash_error *error)
{
	struct tdxdash_ioctl_info info = { 0 };
	struct stat status;

	if (fstat(device->fd, &status) != 0)
		return fail_open(error, path, errno);
	if (!S_ISCHR(status.st_mode))
		return fail_wrong(error, path, 0, "it is not a character device");
	if (ioctl_through_signals(device->fd, TDXDASH_IOCTL_INFO, &info) < 0)
		return errno == ENOTTY || errno == EINVAL ? fail_wrong(error, path, errno, strerror(errno)) :
							    fail_open(error, path, errno);
	if (info.abi_version != TDXDASH_IOCTL_ABI_VERSION)
		return fail(error, (struct failure){ TDXDASH_WRONG_ABI, 0, 0 },
			    info.abi_version > TDXDASH_IOCTL_ABI_VERSION ?
				    "Install the probe of the kernel module's release, which is newer." :
				    "Install the tdxdash kernel module of the probe's release, which is newer.",
			    "The kernel module at %s speaks ABI version %u, and this library %u.", path,
			    info.abi_version, TDXDASH_IOCTL_ABI_VERSION);
	if (info.flags & ~TDXDASH_IOCTL_EMULATED)
		return fail(error, (struct failure){ TDXDASH_WRONG_DEVICE, 0, 0 },
			    "Load the tdxdash kernel module of the probe's release; a test of it is no way to a TDX module.",
			    "The kernel module at %s is of a kind that this library does not know: its flags are 0x%x.",
			    path, info.flags);
	device->emulated = (info.flags & TDXDASH_IOCTL_EMULATED) != 0;
	return TDXDASH_OK;
}

int32_t device_open(const char *path, struct device *device, struct tdxdash_error *error)
{
	int32_t result;

	/* Read-only, because the kernel module refuses writers; O_NONBLOCK, because path may be a pipe. */
	device->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (device->fd < 0)
		return fail_open(error, path, errno);
	result = ask_info(path, device, error);
	if (result != TDXDASH_OK)
		device_close(device);
	return result;
}

void device_close(struct device *device)
{
	(void)close(device->fd);
	device->fd = -1;
}

static int32_t fail_call(struct tdxdash_error *error, const char *leaf, int os_error)
{
	struct failure failure = { TDXDASH_NOT_EXECUTED, os_error, 0 };

	switch (os_error) {
	case ENODEV:
		return fail(error, failure, "Check the kernel log for virt/tdx lines and the BIOS for a TDX module.",
			    "%s was not executed: no TDX module is loaded.", leaf);
	case ENOTCONN:
		return fail(error, failure, "Load kvm_intel with tdx=1, which turns VMX on.",
			    "%s was not executed: VMX is off on this CPU.", leaf);
	case EOPNOTSUPP:
		return fail(error, failure, "Turn TDX on in the BIOS.",
			    "%s was not executed: TDX is not enabled by the BIOS.", leaf);
	case EACCES:
	case EPERM:
		failure.code = TDXDASH_NOT_PERMITTED;
		return fail(error, failure, "Run the probe as root, with the capability CAP_SYS_ADMIN.",
			    "%s was not executed: this process may not ask for it.", leaf);
	case EBUSY:
		return fail(error, failure, "Try again; if it stays so, look into the kernel log.",
			    "%s was not executed: the TDX module stayed busy.", leaf);
	case ESHUTDOWN:
		return fail(error, failure, "Try again when the system is up.",
			    "%s was not executed: the kernel is shutting down, suspending or starting another kernel.",
			    leaf);
	default:
		return fail(error, failure, "Look into the kernel log for lines of tdxdash.",
			    "%s was not executed: %s.", leaf, strerror(os_error));
	}
}

int32_t device_sys_rd(const struct device *device, struct tdxdash_registers *registers, struct tdxdash_error *error)
{
	struct tdxdash_ioctl_sys_rd call = { .field_id = registers->rdx };

	if (ioctl_through_signals(device->fd, TDXDASH_IOCTL_SYS_RD, &call) < 0)
		return fail_call(error, "TDH.SYS.RD", errno);
	registers->rax = call.status;
	registers->rdx = call.next_id;
	registers->r8 = call.value;
	return succeed(error);
}

static int32_t fail_list(struct tdxdash_error *error, const char *what, uint32_t size, uint32_t bound)
{
	return fail(error, (struct failure){ TDXDASH_NOT_EXECUTED, 0, 0 },
		    "Install the tdxdash kernel module and the probe from one release.",
		    "The kernel module handed over %u bytes of a metadata list: %s %u.", size, what, bound);
}

/* A list that the TDX module wrote says its own size in its header; a status that speaks of none may come without a list. */
static int32_t check_list(const struct tdxdash_ioctl_sys_rdall *call, const unsigned char list[TDXDASH_PAGE_SIZE],
			  struct tdxdash_error *error)
{
	uint32_t size = call->list_size;
	uint32_t own = (uint32_t)list[0] | (uint32_t)list[1] << 8;
	bool refused = call->status >> 63 && (call->status & STATUS_MASK) != TDX_METADATA_LIST_OVERFLOW;

	if (size > TDXDASH_PAGE_SIZE)
		return fail_list(error, "a page has only", size, TDXDASH_PAGE_SIZE);
	if (size == 0 && refused)
		return TDXDASH_OK;
	if (size < LIST_HEADER_SIZE)
		return fail_list(error, "its header alone has", size, LIST_HEADER_SIZE);
	return own > size ? fail_list(error, "by its header it has", size, own) : TDXDASH_OK;
}

int32_t device_sys_rdall(const struct device *device, struct tdxdash_registers *registers,
			 unsigned char page[TDXDASH_PAGE_SIZE], struct tdxdash_error *error)
{
	unsigned char list[TDXDASH_PAGE_SIZE];
	struct tdxdash_ioctl_sys_rdall call = {
		.first_id = registers->r8,
		.buffer = (uintptr_t)list,
		.buffer_size = sizeof(list),
	};
	int32_t result;

	if (registers->rdx != 0)
		return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, "Call with RDX 0.",
			    "TDH.SYS.RDALL was not executed: the kernel module chooses the page itself.");
	/* A kernel that reports more than it copied would otherwise hand stack memory to the caller. */
	memset(list, 0, sizeof(list));
	if (ioctl_through_signals(device->fd, TDXDASH_IOCTL_SYS_RDALL, &call) < 0)
		return fail_call(error, "TDH.SYS.RDALL", errno);
	result = check_list(&call, list, error);
	if (result != TDXDASH_OK)
		return result;
	memcpy(page, list, call.list_size);
	registers->rax = call.status;
	registers->r8 = call.next_id;
	return succeed(error);
}
