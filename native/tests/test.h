/* SPDX-License-Identifier: MIT */
/* As much of a test framework as these tests need. */
#ifndef TDXDASH_TEST_H
#define TDXDASH_TEST_H

#include <stdio.h>
#include <string.h>

static int failures;
static int checks;

#define CHECK(condition)                                                                  \
	do {                                                                              \
		checks++;                                                                 \
		if (!(condition)) {                                                       \
			failures++;                                                       \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
		}                                                                         \
	} while (0)

#define CHECK_CONTAINS(text, part)                                                                          \
	do {                                                                                                \
		checks++;                                                                                   \
		if (!strstr((text), (part))) {                                                              \
			failures++;                                                                         \
			(void)fprintf(stderr, "%s:%d: \"%s\" lacks \"%s\"\n", __FILE__, __LINE__, (text), (part)); \
		}                                                                                           \
	} while (0)

static inline int finish_tests(void)
{
	(void)printf("%d checks, %d failed\n", checks, failures);
	return failures || !checks;
}

#endif
