/* SPDX-License-Identifier: MIT */
/* The way through the kernel module at /dev/tdxdash. */
#ifndef TDXDASH_LIB_DEVICE_H
#define TDXDASH_LIB_DEVICE_H

#include "error.h"

#include <stdbool.h>

struct device {
	int fd;
	bool emulated; /* the kernel module says that it answers by software */
};

int32_t device_open(const char *path, struct device *device, struct tdxdash_error *error);

/* registers and page change only when the call was executed. */
int32_t device_sys_rd(const struct device *device, struct tdxdash_registers *registers, struct tdxdash_error *error);
int32_t device_sys_rdall(const struct device *device, struct tdxdash_registers *registers,
			 unsigned char page[TDXDASH_PAGE_SIZE], struct tdxdash_error *error);

void device_close(struct device *device);

#endif
