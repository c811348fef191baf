// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "guest.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYSLOG_ACTION_READ_ALL 3

void expect(const char *name, bool condition, const char *got, ...)
{
	va_list arguments;

	if (condition) {
		printf("ok %s\n", name);
		return;
	}
	printf("not ok %s: ", name);
	va_start(arguments, got);
	vprintf(got, arguments);
	va_end(arguments);
	printf("\n");
}

void expect_errno(const char *name, int got, int wanted)
{
	expect(name, got == wanted, "%s instead of %s", got > 0 ? strerrorname_np(got) : "success",
	       wanted ? strerrorname_np(wanted) : "success");
}

int load(const char *module, const char *parameters)
{
	char path[64];
	int result;
	int fd;

	snprintf(path, sizeof(path), "/modules/%s.ko", module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	result = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return result;
}

int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? errno : 0;
}

bool log_holds(const char *text)
{
	static char log[1 << 20];
	int length = klogctl(SYSLOG_ACTION_READ_ALL, log, sizeof(log) - 1);

	log[length > 0 ? length : 0] = 0;
	return strstr(log, text) != NULL;
}

int open_device(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int call(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument) ? errno : 0;
}

static FILE *open_parameter(const char *name, const char *mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/tdxdash_test/parameters/%s", name);
	file = fopen(path, mode);
	if (!file) {
		printf("not ok parameter %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return file;
}

void set_parameter(const char *name, uint64_t value)
{
	FILE *file = open_parameter(name, "w");

	fprintf(file, "%llu\n", (unsigned long long)value);
	fclose(file);
}

uint64_t parameter(const char *name)
{
	FILE *file = open_parameter(name, "r");
	unsigned long long value = 0;

	if (fscanf(file, "%llu", &value) != 1)
		printf("not ok parameter %s cannot be read\n", name);
	fclose(file);
	return value;
}

static void test_variant(void)
{
	int fd;

	expect_errno("test variant loads when forced", load("tdxdash_test", "force=1"), 0);
	test_device();
	fd = open_device(O_RDONLY);
	test_arguments(fd);
	test_instructions(fd);
	test_retries(fd);
	close(fd);
}

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count == 3 && strcmp(arguments[1], "refusals") == 0)
		test_refusals(arguments[2]);
	else if (count == 2 && strcmp(arguments[1], "test") == 0)
		test_variant();
	else if (count == 2 && strcmp(arguments[1], "emulated") == 0)
		test_emulated();
	else if (count == 3 && strcmp(arguments[1], "unload") == 0)
		expect_errno("variant unloads", unload(arguments[2]), 0);
	else
		printf("not ok guest was called without a group of tests\n");
	return 0;
}
