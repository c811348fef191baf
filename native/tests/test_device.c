/* SPDX-License-Identifier: MIT */
/* The device transport against a kernel module that this test plays: every success and error that an ioctl can give. */
#include "fake_kernel.h"

/* What opening meets, and what it says. */
struct opening {
	int open_errno, fstat_errno, info_errno;
	mode_t mode;
	uint32_t abi, flags;
	int32_t code;
	const char *message;
	const char *remedy;
};

static void check_opening(const struct opening *opening)
{
	struct tdxdash_transport *transport;
	struct tdxdash_error error;

	reset();
	kernel.open_errno = opening->open_errno;
	kernel.fstat_errno = opening->fstat_errno;
	kernel.info_errno = opening->info_errno;
	kernel.mode = opening->mode;
	kernel.abi = opening->abi;
	kernel.flags = opening->flags;
	CHECK(tdxdash_open_device("/dev/tdxdash", &transport, &error) == opening->code);
	CHECK(transport == NULL && error.code == (uint32_t)opening->code);
	CHECK(error.os_error == opening->open_errno + opening->fstat_errno + opening->info_errno);
	CHECK(kernel.closed == (opening->open_errno == 0));
	CHECK_CONTAINS(error.message, opening->message);
	CHECK_CONTAINS(error.message, "/dev/tdxdash");
	CHECK_CONTAINS(error.remedy, opening->remedy);
}

static void opening_explains_each_refusal(void)
{
	static const struct opening openings[] = {
		{ ENOENT, 0, 0, S_IFCHR, 1, 0, TDXDASH_ABSENT, "is absent", "Load the tdxdash kernel module" },
		{ ENOTDIR, 0, 0, S_IFCHR, 1, 0, TDXDASH_ABSENT, "is absent", "Load the tdxdash kernel module" },
		{ ENXIO, 0, 0, S_IFCHR, 1, 0, TDXDASH_ABSENT, "is absent", "Load the tdxdash kernel module" },
		{ ENODEV, 0, 0, S_IFCHR, 1, 0, TDXDASH_ABSENT, "is absent", "Load the tdxdash kernel module" },
		{ EACCES, 0, 0, S_IFCHR, 1, 0, TDXDASH_NOT_PERMITTED, "may not be opened", "as root" },
		{ EPERM, 0, 0, S_IFCHR, 1, 0, TDXDASH_NOT_PERMITTED, "may not be opened", "CAP_SYS_ADMIN" },
		{ EMFILE, 0, 0, S_IFCHR, 1, 0, TDXDASH_UNREADABLE, "cannot be opened", "kernel log" },
		{ 0, EIO, 0, S_IFCHR, 1, 0, TDXDASH_UNREADABLE, "cannot be opened", "kernel log" },
		{ 0, 0, 0, S_IFREG, 1, 0, TDXDASH_WRONG_DEVICE, "not a character device", "/dev/tdxdash" },
		{ 0, 0, 0, S_IFIFO, 1, 0, TDXDASH_WRONG_DEVICE, "not a character device", "/dev/tdxdash" },
		{ 0, 0, ENOTTY, S_IFCHR, 1, 0, TDXDASH_WRONG_DEVICE, "not the tdxdash device", "/dev/tdxdash" },
		{ 0, 0, EINVAL, S_IFCHR, 1, 0, TDXDASH_WRONG_DEVICE, "not the tdxdash device", "/dev/tdxdash" },
		{ 0, 0, EPERM, S_IFCHR, 1, 0, TDXDASH_NOT_PERMITTED, "may not be opened", "CAP_SYS_ADMIN" },
		{ 0, 0, ENODEV, S_IFCHR, 1, 0, TDXDASH_ABSENT, "is absent", "Load the tdxdash kernel module" },
		{ 0, 0, EFAULT, S_IFCHR, 1, 0, TDXDASH_UNREADABLE, "cannot be opened", "kernel log" },
		{ 0, 0, 0, S_IFCHR, 2, 0, TDXDASH_WRONG_ABI, "speaks ABI version 2, and this library 1", "Install the probe" },
		{ 0, 0, 0, S_IFCHR, 0, 0, TDXDASH_WRONG_ABI, "speaks ABI version 0", "Install the tdxdash kernel module" },
		{ 0, 0, 0, S_IFCHR, 1, 2, TDXDASH_WRONG_DEVICE, "its flags are 0x2", "Load the tdxdash kernel module" },
		{ 0, 0, 0, S_IFCHR, 1, 0x80000001, TDXDASH_WRONG_DEVICE, "its flags are 0x80000001", "Load" },
	};

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		check_opening(&openings[i]);
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
	kernel.list_size = kernel.own_size = 16;
	kernel.interruptions = 3;
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), NULL) == TDXDASH_OK);
	CHECK(r.rax == 0 && r.r8 == UINT64_MAX && page[0] == 16 && page[15] == 0x5a && page[16] == 0);
	tdxdash_close(transport);
	CHECK(kernel.closed == 1);
}

static void failed_calls_change_nothing(void)
{
	static const struct {
		int os_error;
		int32_t code;
		const char *why;
	} failures_of_ioctls[] = {
		{ ENODEV, TDXDASH_NOT_EXECUTED, "no TDX module is loaded" },
		{ ENOTCONN, TDXDASH_NOT_EXECUTED, "VMX is off on this CPU" },
		{ EOPNOTSUPP, TDXDASH_NOT_EXECUTED, "TDX is not enabled by the BIOS" },
		{ EBUSY, TDXDASH_NOT_EXECUTED, "the TDX module stayed busy" },
		{ ESHUTDOWN, TDXDASH_NOT_EXECUTED, "the kernel is shutting down" },
		{ EPERM, TDXDASH_NOT_PERMITTED, "this process may not ask for it" },
		{ EACCES, TDXDASH_NOT_PERMITTED, "this process may not ask for it" },
		{ EINVAL, TDXDASH_NOT_EXECUTED, "Invalid argument" },
		{ EIO, TDXDASH_NOT_EXECUTED, "Input/output error" },
	};
	struct tdxdash_transport *transport;
	struct tdxdash_error error;
	unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };

	reset();
	transport = open_fake();
	for (size_t i = 0; i < sizeof(failures_of_ioctls) / sizeof(failures_of_ioctls[0]); i++) {
		struct tdxdash_registers r = { .rax = 5, .rdx = 0, .r8 = 9 };

		kernel.call_errno = failures_of_ioctls[i].os_error;
		CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, &error) == failures_of_ioctls[i].code);
		CHECK(error.os_error == kernel.call_errno && error.remedy[0] != 0);
		CHECK_CONTAINS(error.message, "TDH.SYS.RD was not executed");
		CHECK_CONTAINS(error.message, failures_of_ioctls[i].why);
		CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), &error) == failures_of_ioctls[i].code);
		CHECK_CONTAINS(error.message, "TDH.SYS.RDALL was not executed");
		CHECK(r.rax == 5 && r.rdx == 0 && r.r8 == 9 && page[0] == 0);
	}

	struct tdxdash_registers r = { .rax = 5, .rdx = 0x30000 };

	kernel.call_errno = 0;
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), &error) == TDXDASH_INVALID_ARGUMENT);
	tdxdash_close(transport);
}

/* A list that is not all there is not taken for one. */
static void short_and_long_lists_are_refused(void)
{
	static const struct {
		uint64_t status;
		uint32_t list_size, own_size;
		const char *message; /* null where it is accepted */
	} lists[] = {
		{ 0, 8, 8, NULL },
		{ 0, 4096, 4096, NULL },
		{ 0, 4096, 24, NULL },
		{ UINT64_C(0xc0000c0400000000), 4096, 4096, NULL },
		{ UINT64_C(0xc000050500000000), 0, 0, NULL },
		{ 0, 4097, 4096, "4097 bytes of a metadata list: a page has only 4096" },
		{ 0, UINT32_MAX, 8, "a page has only 4096" },
		{ 0, 0, 0, "0 bytes of a metadata list: its header alone has 8" },
		{ 0, 7, 7, "its header alone has 8" },
		{ UINT64_C(0xc0000c0400000000), 0, 0, "its header alone has 8" },
		{ 0, 100, 3160, "100 bytes of a metadata list: by its header it has 3160" },
		{ 0, 4096, 65535, "by its header it has 65535" },
		{ UINT64_C(0xc000050500000000), 4, 4, "its header alone has 8" },
	};

	reset();
	struct tdxdash_transport *transport = open_fake();

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct tdxdash_registers r = { .rax = 5 };
		unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };
		struct tdxdash_error error;
		int32_t code;

		kernel.status = lists[i].status;
		kernel.list_size = lists[i].list_size;
		kernel.own_size = lists[i].own_size;
		code = tdxdash_seamcall(transport, 37, &r, page, sizeof(page), &error);
		if (!lists[i].message) {
			CHECK(code == TDXDASH_OK && r.rax == lists[i].status);
			continue;
		}

		CHECK(code == TDXDASH_NOT_EXECUTED && r.rax == 5 && page[0] == 0 && page[2] == 0);
		CHECK_CONTAINS(error.message, lists[i].message);
		CHECK(error.remedy[0] != 0);
	}

	tdxdash_close(transport);
}

/* Whatever the device is or says of itself, nothing but the two reading leaves reaches it. */
static void leaves_that_change_state_never_reach_the_device(uint32_t flags)
{
	struct tdxdash_transport *transport;
	struct tdxdash_error error;
	struct tdxdash_platform platform = { 0 };
	struct tdxdash_module_state state = { .sys_state = 7 };
	uint32_t count = 7;
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
	CHECK(tdxdash_emulated_set_cpu(transport, 0, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_stage(transport, "x", 0, 0, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_inject(transport, 0, NULL, 0, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_processors(transport, NULL, 0, &count, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_packages(transport, NULL, 0, &count, &error) == TDXDASH_NOT_EMULATED);
	CHECK(tdxdash_emulated_tdmrs(transport, NULL, 0, &count, &error) == TDXDASH_NOT_EMULATED && count == 7);
	CHECK(tdxdash_seamcall(transport, TDXDASH_LEAF_SEAMLDR_INSTALL, &r, NULL, 0, &error) == TDXDASH_LEAF_REFUSED);
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
	short_and_long_lists_are_refused();
	leaves_that_change_state_never_reach_the_device(0);
	leaves_that_change_state_never_reach_the_device(TDXDASH_IOCTL_EMULATED);
	emulating_kernel_module_is_told_apart();
	return finish_tests();
}
