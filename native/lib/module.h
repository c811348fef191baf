/* SPDX-License-Identifier: MIT */
/* The emulated TDX module: what it knows, and how it answers the two leaves that read global metadata. */
#ifndef TDXDASH_LIB_MODULE_H
#define TDXDASH_LIB_MODULE_H

#include "platform.h"

#define MODULE_MAX_NAME 64u
#define MODULE_MAX_FIELDS 256u
#define MODULE_MAX_VALUES 8192u

/* An entry of the module's lookup table; its values lie at first_value, field by field, element by element. */
struct module_field {
	uint64_t id;
	uint32_t fields;
	uint32_t elements;
	uint32_t first_value;
};

/* A leaf that always gives one status instead of an answer. */
struct module_refusal {
	bool refuses;
	uint64_t status;
};

/* Read and written only under the transport's lock once it is open. */
struct module {
	char name[MODULE_MAX_NAME];
	struct module_platform platform;
	struct module_refusal rd;
	struct module_refusal rdall;
	uint32_t field_count; /* at least 1; ascending by class and code */
	uint32_t value_count;
	struct module_field fields[MODULE_MAX_FIELDS];
	uint64_t values[MODULE_MAX_VALUES];
};

/* Finds the entry that holds an id's class and code, ignoring everything else of the id; null if there is none. */
const struct module_field *module_find(const struct module *module, uint64_t id);

/* TDH.SYS.RD. */
void module_sys_rd(const struct module *module, struct tdxdash_registers *registers);

/* TDH.SYS.RDALL; page stands for the page at RDX. */
void module_sys_rdall(const struct module *module, struct tdxdash_registers *registers,
		      unsigned char page[TDXDASH_PAGE_SIZE]);

#endif
