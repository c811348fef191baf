/* SPDX-License-Identifier: GPL-2.0-only */
/* The tests that run inside the virtual machine, as root, on the modules that lie in /modules. */
#ifndef TDXDASH_KMOD_GUEST_H
#define TDXDASH_KMOD_GUEST_H

#include "tdxdash_ioctl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define DEVICE "/dev/tdxdash"

/* Prints "ok NAME" or "not ok NAME: GOT". The format describes what was seen. */
__attribute__((format(printf, 3, 4))) void expect(const char *name, bool condition, const char *got, ...);

/* Expects that a system call gives an errno, 0 for success. */
void expect_errno(const char *name, int got, int wanted);

/* finit_module and delete_module: 0 or an errno. */
int load(const char *module, const char *parameters);
int unload(const char *module);

/* Whether the kernel log holds a text. */
bool log_holds(const char *text);

/* Opens the device: a descriptor, or minus an errno. */
int open_device(int flags);

/* Calls an ioctl: 0 or an errno. */
int call(int fd, unsigned long request, void *argument);

/* Sets and reads a parameter of the test variant. */
void set_parameter(const char *name, uint64_t value);
uint64_t parameter(const char *name);

/* The groups of tests. */
void test_refusals(const char *reason);
void test_device(void);
void test_arguments(int fd);
void test_instructions(int fd);
void test_retries(int fd);
void test_emulated(void);

#endif
