// SPDX-License-Identifier: GPL-2.0-only
/* What user space may hand over, and what becomes of the rest. */
#define _GNU_SOURCE
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u

static void test_unknown(int fd)
{
	unsigned char room[256] = { 0 };
	static const struct {
		const char *name;
		unsigned long request;
	} requests[] = {
		{ "ioctl of an unknown number", _IOWR(TDXDASH_IOCTL_MAGIC, 0x43, struct tdxdash_ioctl_sys_rd) },
		{ "ioctl of another size", _IOWR(TDXDASH_IOCTL_MAGIC, 0x41, struct tdxdash_ioctl_sys_rdall) },
		{ "ioctl of another direction", _IOR(TDXDASH_IOCTL_MAGIC, 0x41, struct tdxdash_ioctl_sys_rd) },
		{ "ioctl of another device", _IOWR('T', 0x41, struct tdxdash_ioctl_sys_rd) },
		{ "ioctl 0", 0 },
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		expect_errno(requests[i].name, call(fd, requests[i].request, room), ENOTTY);
}

static void test_other_calls(int fd)
{
	char byte = 0;

	expect_errno("read", read(fd, &byte, 1) < 0 ? errno : 0, EINVAL);
	expect_errno("write", write(fd, &byte, 1) < 0 ? errno : 0, EBADF);
	expect_errno("seek", lseek(fd, 0, SEEK_SET) < 0 ? errno : 0, ESPIPE);
	expect_errno("mmap", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0, ENODEV);
}

static void test_reserved(int fd)
{
	static unsigned char buffer[PAGE];
	static const uint32_t sizes[] = { 0, 1, PAGE - 1, PAGE + 1, 2 * PAGE, UINT32_MAX };

	for (int i = 0; i < 2; i++) {
		struct tdxdash_ioctl_sys_rd rd = { 0 };
		struct tdxdash_ioctl_sys_rdall rdall = { .buffer = (uintptr_t)buffer, .buffer_size = PAGE };

		rd.reserved[i] = 1;
		rdall.reserved[i] = UINT64_C(1) << 63;
		expect_errno("SYS_RD with a reserved member", call(fd, TDXDASH_IOCTL_SYS_RD, &rd), EINVAL);
		expect_errno("SYS_RDALL with a reserved member", call(fd, TDXDASH_IOCTL_SYS_RDALL, &rdall), EINVAL);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tdxdash_ioctl_sys_rdall rdall = { .buffer = (uintptr_t)buffer, .buffer_size = sizes[i] };
		char name[64];

		snprintf(name, sizeof(name), "SYS_RDALL with a buffer of %u bytes", sizes[i]);
		expect_errno(name, call(fd, TDXDASH_IOCTL_SYS_RDALL, &rdall), EINVAL);
	}
}

static void test_addresses(int fd)
{
	static const unsigned long requests[] = { TDXDASH_IOCTL_INFO, TDXDASH_IOCTL_SYS_RD, TDXDASH_IOCTL_SYS_RDALL };
	void *unreadable = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *constant = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* The direct map of the kernel, and an address that is not canonical. */
	uint64_t addresses[] = { 0, (uintptr_t)unreadable, (uintptr_t)constant, 0xffff888000001000, 0x8000000000000000 };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		expect_errno("ioctl with no structure", call(fd, requests[i], NULL), EFAULT);
		expect_errno("ioctl with an unreadable structure", call(fd, requests[i], unreadable), EFAULT);
		expect_errno("ioctl with a structure of the kernel's", call(fd, requests[i], (void *)addresses[3]), EFAULT);
	}
	expect_errno("SYS_RD with a structure that cannot be written", call(fd, TDXDASH_IOCTL_SYS_RD, constant), EFAULT);
	set_parameter("list_bytes", 100);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct tdxdash_ioctl_sys_rdall rdall = { .buffer = addresses[i], .buffer_size = PAGE };
		char name[64];

		snprintf(name, sizeof(name), "SYS_RDALL with a bad buffer, case %zu", i + 1);
		expect_errno(name, call(fd, TDXDASH_IOCTL_SYS_RDALL, &rdall), EFAULT);
	}
}

/* What a 32-bit program does: the same structures, through the system calls of old. */
static int call_as_32_bit(int fd, unsigned long request, void *argument)
{
	long result;

	asm volatile("int $0x80" : "=a"(result) : "a"(54), "b"(fd), "c"(request), "d"(argument) : "memory");
	return (int)result < 0 ? -(int)result : 0;
}

static void test_32_bit(int fd)
{
	struct tdxdash_ioctl_sys_rd *rd = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (rd == MAP_FAILED) {
		expect("SYS_RD by a 32-bit program", false, "no memory below 4 GiB");
		return;
	}
	rd->field_id = 7;
	expect_errno("SYS_RD by a 32-bit program", call_as_32_bit(fd, TDXDASH_IOCTL_SYS_RD, rd), 0);
	expect("SYS_RD by a 32-bit program gives the answer", rd->next_id == 8 && rd->value == ~UINT64_C(7),
	       "next 0x%llx, value 0x%llx", rd->next_id, rd->value);
}

void test_arguments(int fd)
{
	set_parameter("check_vmx", 0);
	set_parameter("instruction", 3);
	test_unknown(fd);
	test_other_calls(fd);
	test_reserved(fd);
	test_addresses(fd);
	test_32_bit(fd);
	set_parameter("instruction", 0);
	set_parameter("check_vmx", 1);
}
