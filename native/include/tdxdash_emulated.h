/* SPDX-License-Identifier: MIT */
/*
 * libtdxdash: the machine behind an emulated module, its life, and what can go wrong in it. tdxdash.h includes this file.
 * Nothing here touches a real TDX module: a device and a recording answer TDXDASH_NOT_EMULATED to every function.
 */
#ifndef TDXDASH_EMULATED_H
#define TDXDASH_EMULATED_H

#ifndef TDXDASH_H
#error "Include tdxdash.h."
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Leaves that change the module's state: executed by an emulated module that was told to, and by nothing else. */
#define TDXDASH_LEAF_SYS_KEY_CONFIG 31u
#define TDXDASH_LEAF_SYS_INIT 33u
#define TDXDASH_LEAF_SYS_LP_INIT 35u
#define TDXDASH_LEAF_SYS_TDMR_INIT 36u
#define TDXDASH_LEAF_SYS_LP_SHUTDOWN 44u
#define TDXDASH_LEAF_SYS_CONFIG 45u
#define TDXDASH_LEAF_SYS_SHUTDOWN 52u
#define TDXDASH_LEAF_SYS_UPDATE 53u

/* A leaf of the P-SEAMLDR (SEAM Loader Interface Specification): as those above. */
#define TDXDASH_LEAF_SEAMLDR_INSTALL UINT64_C(0x8000000000000001)

/* The most pages that an emulated platform's memory holds. */
#define TDXDASH_MAX_EMULATED_PAGES 1024u

/* The most logical processors and packages of an emulated platform, and the most faults that are ordered at once. */
#define TDXDASH_MAX_PROCESSORS 8192u
#define TDXDASH_MAX_PACKAGES 8u
#define TDXDASH_MAX_FAULTS 16u

/* The most TDMRs that a module takes. */
#define TDXDASH_MAX_TDMRS 64u

/* Every processor, or every package. */
#define TDXDASH_ANY UINT32_MAX

/* The module's life. */
enum tdxdash_sys_state {
	TDXDASH_SYS_INIT_PENDING = 0, /* TDH.SYS.INIT is awaited */
	TDXDASH_SYS_INIT_DONE = 1,    /* TDH.SYS.CONFIG is awaited, once every logical processor did TDH.SYS.LP.INIT */
	TDXDASH_SYS_CONFIG_DONE = 2,  /* TDH.SYS.KEY.CONFIG is awaited */
	TDXDASH_SYS_READY = 3,        /* TDMRs can be initialized, and TDs can run */
	TDXDASH_SYS_SHUTDOWN = 4,     /* SEAMLDR.INSTALL is awaited */
	TDXDASH_SYS_NO_MODULE = 5,    /* none is loaded; SEAMLDR.INSTALL is awaited */
};

/* What SEAMLDR.INSTALL is to do: the SCENARIO of SEAMLDR_PARAMS. */
enum tdxdash_scenario {
	TDXDASH_SCENARIO_LOAD = 0,   /* nothing is kept */
	TDXDASH_SCENARIO_UPDATE = 1, /* what the old module handed over is kept */
};

/* What an emulated platform is, and where its module's life begins. */
struct tdxdash_platform {
	uint32_t max_pa_bits;         /* 36 to 52 */
	uint32_t keyid_start_bit;     /* first KeyID bit in a physical address */
	uint32_t keyid_bits;          /* 1 to 15 */
	uint32_t first_private_keyid; /* at least 1 */
	uint32_t last_private_keyid;
	uint32_t logical_processors;             /* at least 1 */
	uint32_t initialized_logical_processors; /* those that did TDH.SYS.LP.INIT */
	uint32_t sys_state;                      /* tdxdash_sys_state */
	uint32_t global_lock;                    /* not 0: another call holds the module's global lock */
	uint32_t packages;    /* at most 8, and no more than processors; 0: as NUM_PKGS says */
	uint32_t max_updates; /* installs that the P-SEAMLDR allows from a load on, that one included */
	uint32_t cmr_count;
	uint32_t reserved; /* 0 */
	uint64_t seamrr_base; /* bytes */
	uint64_t seamrr_size; /* bytes; 0 for none */
	struct tdxdash_cmr cmrs[TDXDASH_MAX_CMRS]; /* a size of 0 is a slot without a CMR */
};

/* Where an emulated module is in its life. */
struct tdxdash_module_state {
	uint32_t sys_state;            /* tdxdash_sys_state */
	uint32_t global_private_keyid; /* kept as soon as TDH.SYS.CONFIG accepts its operands, even when it refuses a TDMR */
	uint32_t tdmr_count;           /* TDMRs of an accepted configuration, else 0 */
	uint32_t page_count;           /* pages of emulated memory that were written */
	uint32_t cpu;                  /* the processor that calls */
	uint32_t processor_count;
	uint32_t initialized_processors; /* those that did TDH.SYS.LP.INIT of the module that is loaded */
	uint32_t installing_processors;  /* those that called SEAMLDR.INSTALL in the session that is open; 0: none is */
	uint32_t package_count;
	uint32_t keyed_packages; /* those that did TDH.SYS.KEY.CONFIG */
	uint32_t remaining_updates;
	uint32_t handed_over;        /* not 0: the old module handed data over, and no module took it up yet */
	uint32_t handoff_version;    /* of that data */
	uint32_t handoff_tdmr_count; /* TDMRs in it */
	uint64_t tdmr_bytes;         /* of all TDMRs */
	uint64_t initialized_bytes;  /* of all TDMRs, by TDH.SYS.TDMR.INIT */
	uint64_t faults_struck;      /* since they were ordered */
	uint64_t revision; /* rises with each call that can change state, and with all that is set up, staged or ordered */
	char profile[64];  /* of the module that is loaded, or was last; empty before the first one */
};

/* A logical processor of an emulated platform. */
struct tdxdash_processor {
	uint32_t package;
	uint32_t initialized; /* not 0: it did TDH.SYS.LP.INIT */
	uint32_t installing;  /* not 0: it called SEAMLDR.INSTALL in the session that is open */
	uint32_t reserved;    /* 0 */
	uint64_t last_leaf;   /* the last leaf that can change state, and its status; both 0 where it called none */
	uint64_t last_status;
};

/* A package of an emulated platform. */
struct tdxdash_package {
	uint32_t first_processor; /* its processors follow each other */
	uint32_t processor_count;
	uint32_t keyed;    /* not 0: it did TDH.SYS.KEY.CONFIG */
	uint32_t reserved; /* 0 */
};

/* A TDMR that an emulated module was configured with, in bytes. */
struct tdxdash_tdmr {
	uint64_t base;
	uint64_t size;
	uint64_t initialized; /* by TDH.SYS.TDMR.INIT, from its base on */
};

/* What can go wrong. Each kind concerns some leaves, which fault.leaf narrows down. */
enum tdxdash_fault_kind {
	/* Random numbers run out. TDH.SYS.INIT and TDH.SYS.LP.INIT: TDX_RND_NO_ENTROPY; TDH.SYS.KEY.CONFIG:
	 * TDX_KEY_GENERATION_FAILED; SEAMLDR.INSTALL on the last processor: ENOENTROPY. target is a processor. */
	TDXDASH_FAULT_ENTROPY = 1,
	/* A lock is held. TDH.SYS.TDMR.INIT: TDX_OPERAND_BUSY of RCX; the other leaves of the module: TDX_SYS_BUSY.
	 * target is a processor. */
	TDXDASH_FAULT_BUSY = 2,
	/* TDH.SYS.KEY.CONFIG: TDX_KEY_GENERATION_FAILED. target is a package. */
	TDXDASH_FAULT_KEY = 3,
	/* TDH.SYS.INIT or TDH.SYS.LP.INIT finds CPUID, an MSR or the SMRRs wrong: a status of class 9. target is a
	 * processor. */
	TDXDASH_FAULT_PLATFORM = 4,
	/* SEAMLDR.INSTALL on the last processor refuses the image: EBADSIG, ENOMEM or EUNSUPCPU, which leave the old
	 * module, or EBADHASH, which leaves none. target is TDXDASH_ANY. */
	TDXDASH_FAULT_IMAGE = 5,
	/* TDH.SYS.UPDATE finds the handoff data wrong: TDX_SYS_INVALID_HANDOFF. target is TDXDASH_ANY. */
	TDXDASH_FAULT_HANDOFF = 6,
};

/* A fault that is ordered. Of the calls that it concerns it lets skip go by, and then strikes permille of 1000, by chance
 * that the seed decides, and no more than times. */
struct tdxdash_fault {
	uint32_t kind;     /* tdxdash_fault_kind */
	uint32_t target;   /* a processor or a package, or TDXDASH_ANY */
	uint64_t leaf;     /* 0: every one that can meet it; TDXDASH_FAULT_PLATFORM needs one */
	uint64_t status;   /* of TDXDASH_FAULT_PLATFORM and TDXDASH_FAULT_IMAGE; else 0 */
	uint32_t permille; /* 1 to 1000 */
	uint32_t skip;
	uint32_t times;    /* 0: without limit */
	uint32_t reserved; /* 0 */
};

/* Lets an emulated module execute leaves that change its state from here on. A device and a recording answer
 * TDXDASH_NOT_EMULATED, as they do to all functions below, and stay as they were. */
TDXDASH_API int32_t tdxdash_emulated_allow_state_changes(struct tdxdash_transport *transport,
							 struct tdxdash_error *error);

/*
 * Sets up the emulated platform anew, in place of what the profile says: the platform's parameters, packages and CMRs are
 * those given (the profile's NUM_PKGS, PKG_FMS, CMR_BASE and CMR_SIZE read so too), its memory is empty, nothing is
 * configured, staged or ordered, and processor 0 calls. Whether state changes are allowed stays as it was.
 */
TDXDASH_API int32_t tdxdash_emulated_configure(struct tdxdash_transport *transport,
					       const struct tdxdash_platform *platform, struct tdxdash_error *error);

/*
 * Writes to the emulated platform's memory at a physical address, wholly or not at all. Memory that was never written
 * reads as zero. KeyID bits are part of the address: what is written under one KeyID is not seen under another.
 */
TDXDASH_API int32_t tdxdash_emulated_write(struct tdxdash_transport *transport, uint64_t address, const void *bytes,
					   uint64_t size, struct tdxdash_error *error);

/* Chooses the logical processor that the next calls come from; 0 at first. */
TDXDASH_API int32_t tdxdash_emulated_set_cpu(struct tdxdash_transport *transport, uint32_t cpu,
					     struct tdxdash_error *error);

/*
 * Lays a module image ready for SEAMLDR.INSTALL: what the profile says is what will be loaded, on this platform, so that its
 * packages and CMRs stay and the profile's platform lines are not used. Writes the SEAMLDR_PARAMS for it to emulated memory
 * at address, which is a multiple of 4096; RCX of SEAMLDR.INSTALL is that address. The image stays until another is staged.
 */
TDXDASH_API int32_t tdxdash_emulated_stage(struct tdxdash_transport *transport, const char *profile_path,
					   uint32_t scenario, uint64_t address, struct tdxdash_error *error);

/* Orders faults in place of those ordered before; none with count 0. The same seed and the same calls meet the same. */
TDXDASH_API int32_t tdxdash_emulated_inject(struct tdxdash_transport *transport, uint64_t seed,
					    const struct tdxdash_fault *faults, uint32_t count,
					    struct tdxdash_error *error);

/* Says where an emulated module is in its life. */
TDXDASH_API int32_t tdxdash_emulated_state(struct tdxdash_transport *transport, struct tdxdash_module_state *state,
					   struct tdxdash_error *error);

/* Say where each processor, package and TDMR is. They fill at most capacity entries, and count is how many there are. */
TDXDASH_API int32_t tdxdash_emulated_processors(struct tdxdash_transport *transport,
						struct tdxdash_processor *processors, uint32_t capacity,
						uint32_t *count, struct tdxdash_error *error);
TDXDASH_API int32_t tdxdash_emulated_packages(struct tdxdash_transport *transport, struct tdxdash_package *packages,
					      uint32_t capacity, uint32_t *count, struct tdxdash_error *error);
TDXDASH_API int32_t tdxdash_emulated_tdmrs(struct tdxdash_transport *transport, struct tdxdash_tdmr *tdmrs,
					   uint32_t capacity, uint32_t *count, struct tdxdash_error *error);

#ifndef __cplusplus
_Static_assert(sizeof(struct tdxdash_platform) == 584, "tdxdash_platform");
_Static_assert(offsetof(struct tdxdash_platform, keyid_start_bit) == 4, "tdxdash_platform.keyid_start_bit");
_Static_assert(offsetof(struct tdxdash_platform, keyid_bits) == 8, "tdxdash_platform.keyid_bits");
_Static_assert(offsetof(struct tdxdash_platform, first_private_keyid) == 12, "tdxdash_platform.first_private_keyid");
_Static_assert(offsetof(struct tdxdash_platform, last_private_keyid) == 16, "tdxdash_platform.last_private_keyid");
_Static_assert(offsetof(struct tdxdash_platform, logical_processors) == 20, "tdxdash_platform.logical_processors");
_Static_assert(offsetof(struct tdxdash_platform, initialized_logical_processors) == 24, "tdxdash_platform.initialized_logical_processors");
_Static_assert(offsetof(struct tdxdash_platform, sys_state) == 28, "tdxdash_platform.sys_state");
_Static_assert(offsetof(struct tdxdash_platform, global_lock) == 32, "tdxdash_platform.global_lock");
_Static_assert(offsetof(struct tdxdash_platform, packages) == 36, "tdxdash_platform.packages");
_Static_assert(offsetof(struct tdxdash_platform, max_updates) == 40, "tdxdash_platform.max_updates");
_Static_assert(offsetof(struct tdxdash_platform, cmr_count) == 44, "tdxdash_platform.cmr_count");
_Static_assert(offsetof(struct tdxdash_platform, reserved) == 48, "tdxdash_platform.reserved");
_Static_assert(offsetof(struct tdxdash_platform, seamrr_base) == 56, "tdxdash_platform.seamrr_base");
_Static_assert(offsetof(struct tdxdash_platform, seamrr_size) == 64, "tdxdash_platform.seamrr_size");
_Static_assert(offsetof(struct tdxdash_platform, cmrs) == 72, "tdxdash_platform.cmrs");
_Static_assert(sizeof(struct tdxdash_module_state) == 152, "tdxdash_module_state");
_Static_assert(offsetof(struct tdxdash_module_state, global_private_keyid) == 4, "tdxdash_module_state.global_private_keyid");
_Static_assert(offsetof(struct tdxdash_module_state, tdmr_count) == 8, "tdxdash_module_state.tdmr_count");
_Static_assert(offsetof(struct tdxdash_module_state, page_count) == 12, "tdxdash_module_state.page_count");
_Static_assert(offsetof(struct tdxdash_module_state, cpu) == 16, "tdxdash_module_state.cpu");
_Static_assert(offsetof(struct tdxdash_module_state, processor_count) == 20, "tdxdash_module_state.processor_count");
_Static_assert(offsetof(struct tdxdash_module_state, initialized_processors) == 24, "tdxdash_module_state.initialized_processors");
_Static_assert(offsetof(struct tdxdash_module_state, installing_processors) == 28, "tdxdash_module_state.installing_processors");
_Static_assert(offsetof(struct tdxdash_module_state, package_count) == 32, "tdxdash_module_state.package_count");
_Static_assert(offsetof(struct tdxdash_module_state, keyed_packages) == 36, "tdxdash_module_state.keyed_packages");
_Static_assert(offsetof(struct tdxdash_module_state, remaining_updates) == 40, "tdxdash_module_state.remaining_updates");
_Static_assert(offsetof(struct tdxdash_module_state, handed_over) == 44, "tdxdash_module_state.handed_over");
_Static_assert(offsetof(struct tdxdash_module_state, handoff_version) == 48, "tdxdash_module_state.handoff_version");
_Static_assert(offsetof(struct tdxdash_module_state, handoff_tdmr_count) == 52, "tdxdash_module_state.handoff_tdmr_count");
_Static_assert(offsetof(struct tdxdash_module_state, tdmr_bytes) == 56, "tdxdash_module_state.tdmr_bytes");
_Static_assert(offsetof(struct tdxdash_module_state, initialized_bytes) == 64, "tdxdash_module_state.initialized_bytes");
_Static_assert(offsetof(struct tdxdash_module_state, faults_struck) == 72, "tdxdash_module_state.faults_struck");
_Static_assert(offsetof(struct tdxdash_module_state, revision) == 80, "tdxdash_module_state.revision");
_Static_assert(offsetof(struct tdxdash_module_state, profile) == 88, "tdxdash_module_state.profile");
_Static_assert(sizeof(struct tdxdash_processor) == 32, "tdxdash_processor");
_Static_assert(offsetof(struct tdxdash_processor, initialized) == 4, "tdxdash_processor.initialized");
_Static_assert(offsetof(struct tdxdash_processor, installing) == 8, "tdxdash_processor.installing");
_Static_assert(offsetof(struct tdxdash_processor, reserved) == 12, "tdxdash_processor.reserved");
_Static_assert(offsetof(struct tdxdash_processor, last_leaf) == 16, "tdxdash_processor.last_leaf");
_Static_assert(offsetof(struct tdxdash_processor, last_status) == 24, "tdxdash_processor.last_status");
_Static_assert(sizeof(struct tdxdash_package) == 16, "tdxdash_package");
_Static_assert(offsetof(struct tdxdash_package, processor_count) == 4, "tdxdash_package.processor_count");
_Static_assert(offsetof(struct tdxdash_package, keyed) == 8, "tdxdash_package.keyed");
_Static_assert(offsetof(struct tdxdash_package, reserved) == 12, "tdxdash_package.reserved");
_Static_assert(sizeof(struct tdxdash_tdmr) == 24, "tdxdash_tdmr");
_Static_assert(offsetof(struct tdxdash_tdmr, size) == 8, "tdxdash_tdmr.size");
_Static_assert(offsetof(struct tdxdash_tdmr, initialized) == 16, "tdxdash_tdmr.initialized");
_Static_assert(sizeof(struct tdxdash_fault) == 40, "tdxdash_fault");
_Static_assert(offsetof(struct tdxdash_fault, target) == 4, "tdxdash_fault.target");
_Static_assert(offsetof(struct tdxdash_fault, leaf) == 8, "tdxdash_fault.leaf");
_Static_assert(offsetof(struct tdxdash_fault, status) == 16, "tdxdash_fault.status");
_Static_assert(offsetof(struct tdxdash_fault, permille) == 24, "tdxdash_fault.permille");
_Static_assert(offsetof(struct tdxdash_fault, skip) == 28, "tdxdash_fault.skip");
_Static_assert(offsetof(struct tdxdash_fault, times) == 32, "tdxdash_fault.times");
_Static_assert(offsetof(struct tdxdash_fault, reserved) == 36, "tdxdash_fault.reserved");
#endif

#ifdef __cplusplus
}
#endif

#endif
