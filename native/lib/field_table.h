/* SPDX-License-Identifier: MIT */
#ifndef TDXDASH_LIB_FIELD_TABLE_H
#define TDXDASH_LIB_FIELD_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A global metadata field that some released module has. */
struct known_field {
	const char *name;
	uint64_t id;
	uint32_t fields;
	uint32_t elements;
};

/* Finds a field by its name in the module's tables; null if no module has it. */
const struct known_field *known_field_find(const char *name, size_t length);

#endif
