// SPDX-License-Identifier: GPL-2.0-only
/* The emulated variant by hand; the probe then asks it for everything. */
#define _GNU_SOURCE
#include "guest.h"

#include <fcntl.h>
#include <unistd.h>

#define PAGE 4096u
#define FIRST_FIELD_ID_IN_CONTEXT 0x00000c0b00000000ull
#define FIELD_ID_INCORRECT 0xc0000c0000000000ull

static void test_calls(int fd)
{
	static unsigned char buffer[PAGE];
	struct tdxdash_ioctl_sys_rd first = { .field_id = UINT64_MAX };
	struct tdxdash_ioctl_sys_rd reserved = { 0 };
	struct tdxdash_ioctl_sys_rdall all = { .first_id = UINT64_MAX, .buffer = (uintptr_t)buffer, .buffer_size = PAGE };
	struct tdxdash_ioctl_sys_rdall unmapped = { .first_id = UINT64_MAX, .buffer = 4096, .buffer_size = PAGE };

	expect_errno("emulated: SYS_RD of the null id", call(fd, TDXDASH_IOCTL_SYS_RD, &first), 0);
	expect("emulated: SYS_RD of the null id names the first field",
	       first.status == FIRST_FIELD_ID_IN_CONTEXT && first.next_id != UINT64_MAX, "status 0x%llx, next 0x%llx",
	       first.status, first.next_id);
	reserved.field_id = first.next_id | UINT64_C(1) << 62;
	expect_errno("emulated: SYS_RD with a reserved bit", call(fd, TDXDASH_IOCTL_SYS_RD, &reserved), 0);
	expect("emulated: SYS_RD with a reserved bit is refused by a status", reserved.status == FIELD_ID_INCORRECT,
	       "status 0x%llx", reserved.status);
	expect_errno("emulated: SYS_RDALL", call(fd, TDXDASH_IOCTL_SYS_RDALL, &all), 0);
	expect("emulated: SYS_RDALL gives a list",
	       all.list_size > 8 && all.list_size == (buffer[0] | (unsigned int)buffer[1] << 8), "%u bytes", all.list_size);
	expect_errno("emulated: SYS_RDALL with a bad buffer", call(fd, TDXDASH_IOCTL_SYS_RDALL, &unmapped), EFAULT);
}

void test_emulated(void)
{
	struct tdxdash_ioctl_info info = { 0 };
	int fd;

	expect_errno("emulated variant loads anywhere", load("tdxdash_emulated", ""), 0);
	expect("emulated variant says in the log what it is", log_holds("tdxdash_emulated: EMULATED: /dev/tdxdash will answer"),
	       "not in the log");
	fd = open_device(O_RDONLY);
	expect_errno("emulated: INFO", call(fd, TDXDASH_IOCTL_INFO, &info), 0);
	expect("emulated: INFO says so", info.abi_version == 1 && info.flags == TDXDASH_IOCTL_EMULATED, "ABI %u, flags %u",
	       info.abi_version, info.flags);
	test_calls(fd);
	close(fd);
}
