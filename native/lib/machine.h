/* SPDX-License-Identifier: MIT */
/* An emulated machine: its processors and memory, its P-SEAMLDR, and the TDX module that this one loaded. */
#ifndef TDXDASH_LIB_MACHINE_H
#define TDXDASH_LIB_MACHINE_H

#include "faults.h"
#include "memory.h"
#include "module.h"
#include "module_state.h"

/* A logical processor. */
struct processor {
	bool initialized;     /* did TDH.SYS.LP.INIT of the module that is loaded */
	bool installing;      /* called SEAMLDR.INSTALL in the session that is open */
	uint64_t last_leaf;   /* the last leaf that can change state, and what it answered */
	uint64_t last_status;
};

/* What TDH.SYS.SHUTDOWN leaves for the next module, which TDH.SYS.UPDATE takes up. */
struct handoff {
	bool valid;
	uint16_t version;
	struct module_state kept; /* of it the KeyID, the keys, the TDMRs and how far they are initialized */
};

struct seamldr {
	bool module_runs;    /* a module is loaded and answers; not during an install session */
	bool module_ran;     /* before the session that is open */
	bool module_known;   /* one is loaded, or was */
	uint32_t installing; /* processors that called SEAMLDR.INSTALL in the session that is open */
	uint32_t remaining_updates;
	struct module *image; /* what the pages of SEAMLDR_PARAMS hold; null where nothing was staged */
};

struct machine {
	struct module module; /* the one that is loaded, or the first that will be; its platform is the machine's */
	struct module_state state;
	struct memory memory;
	struct handoff handoff;
	struct seamldr seamldr;
	struct faults faults;
	struct processor *processors;
	uint32_t processor_count;
	uint32_t package_count;
	uint32_t cpu; /* the processor that calls */
	uint64_t revision; /* rises with every call that can change state, and with everything that is set up */
};

/* Begins anew on the platform of machine->module: empty memory, nothing configured, no faults, nothing staged. */
int32_t machine_begin(struct machine *machine, struct tdxdash_error *error);

void machine_clear(struct machine *machine);

/* A call of the processor machine->cpu. TDXDASH_NOT_EXECUTED where no module runs that could answer. */
int32_t machine_call(struct machine *machine, uint64_t leaf, struct tdxdash_registers *registers, void *page,
		     struct tdxdash_error *error);

/* Processors are dealt out to packages in blocks, in order. */
uint32_t machine_package_of(const struct machine *machine, uint32_t cpu);
uint32_t machine_processors_of(const struct machine *machine, uint32_t package);

/* The first value of a metadata field of the loaded module; 0 where it has none. */
uint64_t machine_field(const struct machine *machine, uint64_t id);
void machine_set_field(struct machine *machine, uint64_t id, uint64_t value);

/* Whether the module's global lock cannot be had, because it is held or because a fault says so. */
bool machine_is_busy(struct machine *machine, uint64_t leaf);

/* Whether a random number cannot be had. */
bool machine_lacks_entropy(struct machine *machine, uint64_t leaf);

/* The name of a leaf, for people. */
const char *leaf_name(uint64_t leaf);

#endif
