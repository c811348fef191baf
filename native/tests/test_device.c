/* SPDX-License-Identifier: MIT */
/* The device transport against a kernel module that this test plays: every success and error that an ioctl can give. */
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
	int info_errno;
	int call_errno;
	int interruptions;
	uint32_t abi;
	uint32_t flags;
	uint32_t list_size;
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
	status->st_mode = S_IFCHR;
	return 0;
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
	CHECK(call->buffer_size == TDXDASH_PAGE_SIZE && call->reserved[0] == 0 && call->reserved[1] == 0);
	memset((void *)(uintptr_t)call->buffer, 0x5a, kernel.list_size <= 4096 ? kernel.list_size : 0);
	call->list_size = kernel.list_size;
	call->status = 0;
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

static void reset(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.abi = TDXDASH_IOCTL_ABI_VERSION;
}

static void opening_explains_each_refusal(void)
{
	static const struct {
		int open_errno, info_errno;
		uint32_t abi;
		int32_t code;
		const char *message;
	} cases[] = {
		{ ENOENT, 0, 1, TDXDASH_ABSENT, "is absent" },
		{ ENXIO, 0, 1, TDXDASH_ABSENT, "is absent" },
		{ EACCES, 0, 1, TDXDASH_NOT_PERMITTED, "may not be opened" },
		{ EPERM, 0, 1, TDXDASH_NOT_PERMITTED, "may not be opened" },
		{ EMFILE, 0, 1, TDXDASH_UNREADABLE, "cannot be opened" },
		{ 0, ENOTTY, 1, TDXDASH_WRONG_DEVICE, "not the tdxdash device" },
		{ 0, 0, 2, TDXDASH_WRONG_ABI, "speaks ABI version 2, and this library 1" },
		{ 0, 0, 0, TDXDASH_WRONG_ABI, "speaks ABI version 0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tdxdash_transport *transport;
		struct tdxdash_error error;

		reset();
		kernel.open_errno = cases[i].open_errno;
		kernel.info_errno = cases[i].info_errno;
		kernel.abi = cases[i].abi;
		CHECK(tdxdash_open_device("/dev/tdxdash", &transport, &error) == cases[i].code);
		CHECK(transport == NULL && error.remedy[0] != 0);
		CHECK(kernel.closed == (cases[i].open_errno == 0));
		CHECK_CONTAINS(error.message, cases[i].message);
		CHECK_CONTAINS(error.message, "/dev/tdxdash");
	}
}

static struct tdxdash_transport *open_fake(void)
{
	struct tdxdash_transport *transport = NULL;

	CHECK(tdxdash_open_device("/dev/tdxdash", &transport, NULL) == TDXDASH_OK);
	return transport;
}

static void calls_carry_registers_and_list(void)
{
	struct tdxdash_transport *transport;
	struct tdxdash_registers r = { .rdx = 100, .rcx = 3 };
	unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };
	struct tdxdash_info info;

	reset();
	kernel.interruptions = 2;
	transport = open_fake();
	CHECK(tdxdash_describe(transport, &info, NULL) == TDXDASH_OK);
	CHECK(info.kind == TDXDASH_KIND_DEVICE && info.flags == 0);
	CHECK(strcmp(info.description, "kernel device /dev/tdxdash") == 0);
	kernel.interruptions = 1;
	CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, NULL) == TDXDASH_OK);
	CHECK(r.rax == UINT64_C(0xc000050200000000) && r.rdx == 101 && r.r8 == 7 && r.rcx == 3);

	r = (struct tdxdash_registers){ .r8 = UINT64_MAX };
	kernel.list_size = 16;
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), NULL) == TDXDASH_OK);
	CHECK(r.rax == 0 && r.r8 == UINT64_MAX && page[15] == 0x5a && page[16] == 0);
	tdxdash_close(transport);
	CHECK(kernel.closed == 1);
}

static void failed_calls_change_nothing(void)
{
	static const int errnos[] = { ENODEV, ENOTCONN, EOPNOTSUPP, EBUSY, EINVAL };
	struct tdxdash_transport *transport;
	struct tdxdash_error error;
	unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };

	reset();
	transport = open_fake();
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		struct tdxdash_registers r = { .rax = 5, .rdx = 0, .r8 = 9 };

		kernel.call_errno = errnos[i];
		CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, &error) == TDXDASH_NOT_EXECUTED);
		CHECK(error.os_error == errnos[i]);
		CHECK_CONTAINS(error.message, "TDH.SYS.RD was not executed");
		CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), &error) == TDXDASH_NOT_EXECUTED);
		CHECK_CONTAINS(error.message, "TDH.SYS.RDALL was not executed");
		CHECK(r.rax == 5 && r.rdx == 0 && r.r8 == 9 && page[0] == 0);
	}

	struct tdxdash_registers r = { .rax = 5, .rdx = 0x30000 };

	kernel.call_errno = 0;
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), &error) == TDXDASH_INVALID_ARGUMENT);
	r.rdx = 0;
	kernel.list_size = 4097;
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), &error) == TDXDASH_NOT_EXECUTED);
	CHECK(r.rax == 5 && page[0] == 0);
	tdxdash_close(transport);
}

/* Whatever the device is or says of itself, nothing but the two reading leaves reaches it. */
static void leaves_that_change_state_never_reach_the_device(uint32_t flags)
{
	struct tdxdash_transport *transport;
	struct tdxdash_error error;
	struct tdxdash_platform platform = { 0 };
	struct tdxdash_module_state state = { .sys_state = 7 };
	struct tdxdash_registers r = { .rax = 5, .rcx = 0x1000000, .rdx = 1, .r8 = 32 };
	int asked;

	reset();
	kernel.flags = flags;
	transport = open_fake();
	asked = kernel.ioctls;
	CHECK(tdxdash_emulated_allow_state_changes(transport, &error) == TDXDASH_NOT_EMULATED);
	CHECK_CONTAINS(error.message, "this is the kernel device /dev/tdxdash");
	CHECK(tdxdash_emulated_configure(transport, &platform, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_write(transport, 0, "x", 1, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_state(transport, &state, &error) == TDXDASH_NOT_EMULATED && state.sys_state == 7);
	for (uint64_t leaf = 0; leaf < 256; leaf++) {
		if (leaf == 34 || leaf == 37)
			continue;
		CHECK(tdxdash_seamcall(transport, leaf, &r, NULL, 0, &error) == TDXDASH_LEAF_REFUSED);
		CHECK(r.rax == 5 && error.remedy[0] != 0);
	}

	CHECK(kernel.ioctls == asked);
	tdxdash_close(transport);
}

static void emulating_kernel_module_is_told_apart(void)
{
	struct tdxdash_transport *transport;
	struct tdxdash_info info;

	reset();
	kernel.flags = TDXDASH_IOCTL_EMULATED;
	transport = open_fake();
	CHECK(tdxdash_describe(transport, &info, NULL) == TDXDASH_OK);
	CHECK(info.flags == TDXDASH_FLAG_EMULATED);
	CHECK_CONTAINS(info.description, "emulated by the kernel module");
	tdxdash_close(transport);
}

int main(void)
{
	opening_explains_each_refusal();
	calls_carry_registers_and_list();
	failed_calls_change_nothing();
	leaves_that_change_state_never_reach_the_device(0);
	leaves_that_change_state_never_reach_the_device(TDXDASH_IOCTL_EMULATED);
	emulating_kernel_module_is_told_apart();
	return finish_tests();
}
