/* SPDX-License-Identifier: MIT */
/* A kernel module that a test plays: it stands behind open, fstat, ioctl and close, which the linker wraps. */
#ifndef TDXDASH_FAKE_KERNEL_H
#define TDXDASH_FAKE_KERNEL_H

#include "tdxdash.h"
#include "tdxdash_ioctl.h"
#include "test.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>

#define FAKE_FD 12345

/* What the kernel answers. */
static struct {
	int open_errno;
	int fstat_errno;
	mode_t mode;
	int info_errno;
	int call_errno;
	int interruptions;
	uint32_t abi;
	uint32_t flags;
	uint64_t status;
	uint32_t list_size;  /* as the kernel reports it */
	uint32_t own_size;   /* as the list says of itself */
	int closed;
	int ioctls;
} kernel;

int __wrap_open(const char *path, int flags, ...);
int __wrap_fstat(int fd, struct stat *status);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_open(const char *path, int flags, ...)
{
	(void)path;
	CHECK((flags & 3) == 0);
	errno = kernel.open_errno;
	return kernel.open_errno ? -1 : FAKE_FD;
}

int __wrap_fstat(int fd, struct stat *status)
{
	CHECK(fd == FAKE_FD);
	memset(status, 0, sizeof(*status));
	status->st_mode = kernel.mode;
	errno = kernel.fstat_errno;
	return kernel.fstat_errno ? -1 : 0;
}

int __wrap_close(int fd)
{
	CHECK(fd == FAKE_FD);
	kernel.closed++;
	return 0;
}

static int sys_rd(struct tdxdash_ioctl_sys_rd *call)
{
	call->status = UINT64_C(0xc000050200000000);
	call->next_id = call->field_id + 1;
	call->value = 7;
	return 0;
}

static int sys_rdall(struct tdxdash_ioctl_sys_rdall *call)
{
	unsigned char list[TDXDASH_PAGE_SIZE];

	CHECK(call->buffer_size == TDXDASH_PAGE_SIZE && call->reserved[0] == 0 && call->reserved[1] == 0);
	memset(list, 0x5a, sizeof(list));
	list[0] = (unsigned char)kernel.own_size;
	list[1] = (unsigned char)(kernel.own_size >> 8);
	memcpy((void *)(uintptr_t)call->buffer, list, kernel.list_size <= 4096 ? kernel.list_size : 0);
	call->list_size = kernel.list_size;
	call->status = kernel.status;
	call->next_id = UINT64_MAX;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	CHECK(fd == FAKE_FD);
	kernel.ioctls++;
	if (kernel.interruptions-- > 0) {
		errno = EINTR;
		return -1;
	}

	errno = request == TDXDASH_IOCTL_INFO ? kernel.info_errno : kernel.call_errno;
	if (errno)
		return -1;
	if (request == TDXDASH_IOCTL_INFO) {
		((struct tdxdash_ioctl_info *)argument)->abi_version = kernel.abi;
		((struct tdxdash_ioctl_info *)argument)->flags = kernel.flags;
		return 0;
	}

	CHECK(request == TDXDASH_IOCTL_SYS_RD || request == TDXDASH_IOCTL_SYS_RDALL);
	return request == TDXDASH_IOCTL_SYS_RD ? sys_rd(argument) : sys_rdall(argument);
}

static inline void reset(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.abi = TDXDASH_IOCTL_ABI_VERSION;
	kernel.mode = S_IFCHR;
}

static inline struct tdxdash_transport *open_fake(void)
{
	struct tdxdash_transport *transport = NULL;

	CHECK(tdxdash_open_device("/dev/tdxdash", &transport, NULL) == TDXDASH_OK);
	return transport;
}

#endif
