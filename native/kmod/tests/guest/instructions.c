// SPDX-License-Identifier: GPL-2.0-only
/* Every way out of the one instruction, and every status that leads to another try. */
#define _GNU_SOURCE
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u
#define FAULTS 2000u
#define FILL 0xa5

#define NO_ENTROPY 0x8000020300000000ull
#define SYS_BUSY 0x8000020200000000ull
#define OPERAND_BUSY 0x8000020000000000ull
#define LP_INIT_NOT_DONE 0xc000050200000000ull
#define LIST_OVERFLOW 0xc0000c0400000000ull

static int rd(int fd, struct tdxdash_ioctl_sys_rd *answer, uint64_t field_id)
{
	*answer = (struct tdxdash_ioctl_sys_rd){ .field_id = field_id };
	return call(fd, TDXDASH_IOCTL_SYS_RD, answer);
}

static int rdall(int fd, struct tdxdash_ioctl_sys_rdall *answer, unsigned char buffer[PAGE])
{
	memset(buffer, FILL, PAGE);
	*answer = (struct tdxdash_ioctl_sys_rdall){ .first_id = 41, .buffer = (uintptr_t)buffer, .buffer_size = PAGE };
	return call(fd, TDXDASH_IOCTL_SYS_RDALL, answer);
}

/* Expects of both ioctls that they say why nothing was executed, and that they hand over nothing. */
static void expect_not_executed(int fd, const char *name, int wanted)
{
	static unsigned char buffer[PAGE];
	static unsigned char untouched[PAGE];
	struct tdxdash_ioctl_sys_rd one;
	struct tdxdash_ioctl_sys_rdall all;
	char text[128];

	snprintf(text, sizeof(text), "%s: SYS_RD", name);
	expect_errno(text, rd(fd, &one, 5), wanted);
	snprintf(text, sizeof(text), "%s: SYS_RDALL", name);
	expect_errno(text, rdall(fd, &all, buffer), wanted);
	memset(untouched, FILL, PAGE);
	snprintf(text, sizeof(text), "%s: nothing is handed over", name);
	expect(text, one.status == 0 && one.value == 0 && all.list_size == 0 && memcmp(buffer, untouched, PAGE) == 0,
	       "status 0x%llx, list of %u bytes", one.status, all.list_size);
}

/* Raises #UD count times; returns how many calls gave something else than the errno for it. */
static unsigned int fault(int fd, unsigned int count)
{
	static unsigned char buffer[PAGE];
	struct tdxdash_ioctl_sys_rd one;
	struct tdxdash_ioctl_sys_rdall all;
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < count; i++)
		wrong += (i % 2 ? rd(fd, &one, i) : rdall(fd, &all, buffer)) != ENOTCONN;
	return wrong;
}

static void test_undefined(int fd)
{
	uint64_t before;
	int status = -1;
	pid_t child;

	expect_not_executed(fd, "VMX off", ENOTCONN);
	expect("VMX off: the instruction is not reached", parameter("executions") == 0, "it was executed %llu times",
	       (unsigned long long)parameter("executions"));
	set_parameter("check_vmx", 0);
	expect_not_executed(fd, "#UD", ENOTCONN);
	before = parameter("executions");
	expect("#UD: the instruction is reached", before == 2, "it was executed %llu times", (unsigned long long)before);
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(fault(fd, FAULTS / 2) != 0);
	expect("#UD 1,000 times", fault(fd, FAULTS / 2) == 0, "other answers");
	waitpid(child, &status, 0);
	expect("#UD 1,000 times by a second process at once", status == 0, "other answers, or none");
	expect("#UD: each call executes once", parameter("executions") - before == FAULTS, "%llu executions",
	       (unsigned long long)(parameter("executions") - before));
}

static void test_list(int fd, const char *name, unsigned int bytes, unsigned int wanted)
{
	static unsigned char buffer[PAGE];
	struct tdxdash_ioctl_sys_rdall all;
	unsigned int copied = 0;
	char text[128];

	set_parameter("list_bytes", bytes);
	snprintf(text, sizeof(text), "success: %s", name);
	expect_errno(text, rdall(fd, &all, buffer), 0);
	while (copied < PAGE && buffer[copied] != FILL)
		copied++;
	snprintf(text, sizeof(text), "success: %s is handed over", name);
	expect(text, all.list_size == wanted && copied == wanted && all.next_id == 42 && all.status == 0,
	       "%u bytes reported, %u handed over, next 0x%llx, status 0x%llx", all.list_size, copied, all.next_id,
	       all.status);
}

static void test_success(int fd)
{
	static const uint64_t ids[] = { 0, 0x9100000100000008, UINT64_MAX, 0x4083fffcff000000 };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct tdxdash_ioctl_sys_rd one;
		int result = rd(fd, &one, ids[i]);
		char text[128];

		snprintf(text, sizeof(text), "success: the id 0x%016llx goes through as it is", (unsigned long long)ids[i]);
		expect(text, result == 0 && one.status == 0 && one.next_id == ids[i] + 1 && one.value == ~ids[i],
		       "errno %d, status 0x%llx, next 0x%llx, value 0x%llx", result, one.status, one.next_id, one.value);
	}
	test_list(fd, "a list of 100 bytes", 100, 100);
	test_list(fd, "a full list", PAGE, PAGE);
	test_list(fd, "a list that claims more than its page", 65535, PAGE);
	test_list(fd, "an empty list", 0, 0);
}

static void test_status_is_data(int fd)
{
	static unsigned char buffer[PAGE];
	struct tdxdash_ioctl_sys_rd one;
	struct tdxdash_ioctl_sys_rdall all;
	int result;

	set_parameter("list_bytes", 100);
	set_parameter("answer_status", LP_INIT_NOT_DONE | 5);
	set_parameter("answer_times", 2);
	result = rd(fd, &one, 5);
	expect("an error status of SYS_RD is data", result == 0 && one.status == (LP_INIT_NOT_DONE | 5),
	       "errno %d, status 0x%llx", result, one.status);
	result = rdall(fd, &all, buffer);
	expect("an error status of SYS_RDALL is data, without a list",
	       result == 0 && all.status == (LP_INIT_NOT_DONE | 5) && all.list_size == 0 && buffer[0] == FILL,
	       "errno %d, status 0x%llx, list of %u bytes", result, all.status, all.list_size);
	set_parameter("answer_status", LIST_OVERFLOW);
	set_parameter("answer_times", 1);
	result = rdall(fd, &all, buffer);
	expect("the first part of a long list is handed over",
	       result == 0 && all.status == LIST_OVERFLOW && all.list_size == 100,
	       "errno %d, status 0x%llx, list of %u bytes", result, all.status, all.list_size);
}

void test_instructions(int fd)
{
	set_parameter("executions", 0);
	test_undefined(fd);
	set_parameter("instruction", 1);
	expect_not_executed(fd, "#GP", EOPNOTSUPP);
	set_parameter("instruction", 2);
	expect_not_executed(fd, "VMfailInvalid", ENODEV);
	set_parameter("instruction", 3);
	test_success(fd);
	test_status_is_data(fd);
}

/* Has a status come so often, and says how often the instruction was executed for one call. */
static void retry(int fd, const char *name, uint64_t status, unsigned int times, int wanted, unsigned int executions)
{
	struct tdxdash_ioctl_sys_rd one;
	uint64_t before = parameter("executions");
	char text[128];
	int result;

	set_parameter("answer_status", status);
	set_parameter("answer_times", times);
	result = rd(fd, &one, 5);
	snprintf(text, sizeof(text), "%s %u times", name, times);
	expect_errno(text, result, wanted);
	before = parameter("executions") - before;
	snprintf(text, sizeof(text), "%s %u times: the instruction is executed %u times", name, times, executions);
	expect(text, before == executions && (result || (one.status == 0 && one.next_id == 6)),
	       "%llu executions, status 0x%llx", (unsigned long long)before, one.status);
	set_parameter("answer_times", 0);
}

void test_retries(int fd)
{
	set_parameter("check_vmx", 0);
	set_parameter("instruction", 3);
	retry(fd, "TDX_RND_NO_ENTROPY", NO_ENTROPY, 0, 0, 1);
	retry(fd, "TDX_RND_NO_ENTROPY", NO_ENTROPY, 9, 0, 10);
	retry(fd, "TDX_RND_NO_ENTROPY", NO_ENTROPY, 10, EBUSY, 10);
	retry(fd, "TDX_RND_NO_ENTROPY with details", NO_ENTROPY | 0xff, 10, EBUSY, 10);
	retry(fd, "TDX_SYS_BUSY", SYS_BUSY, 2, 0, 3);
	retry(fd, "TDX_SYS_BUSY", SYS_BUSY, 3, EBUSY, 3);
	retry(fd, "TDX_OPERAND_BUSY", OPERAND_BUSY | 2, 2, 0, 3);
	retry(fd, "TDX_OPERAND_BUSY", OPERAND_BUSY | 2, 3, EBUSY, 3);
	expect("a call that is given up is logged", log_holds("leaf 34 was given up after 10 tries: status 0x8000020300000000"),
	       "not in the log");
}
