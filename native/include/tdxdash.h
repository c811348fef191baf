/* SPDX-License-Identifier: MIT */
/*
 * libtdxdash: one SEAMCALL interface to a TDX module, whichever way leads to it.
 *
 * Promises of this ABI:
 *  - Every number is of fixed width; sizes and offsets are asserted below and reported by tdxdash_layout().
 *  - Functions return TDXDASH_OK or a tdxdash_code, and fill the caller's tdxdash_error where one is given.
 *    There is no global state: different threads may use the library, and one transport, at the same time,
 *    as long as nobody closes a transport that is in use.
 *  - A SEAMCALL that was executed is TDXDASH_OK, whatever its completion status: that is data, in RAX.
 *    Any other return value means that there is no answer, and that registers and page are as they were.
 *  - Only leaves that read are accepted: TDH.SYS.RD and TDH.SYS.RDALL, both in version 0. An emulated module also takes
 *    those that change its state (tdxdash_emulated.h) once it was told to; a device never does.
 *  - Structures may grow only together with TDXDASH_ABI_VERSION.
 */
#ifndef TDXDASH_H
#define TDXDASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TDXDASH_API __attribute__((visibility("default")))
#else
#define TDXDASH_API
#endif

/* The version of everything in this file. */
#define TDXDASH_ABI_VERSION 4u

/* Leaf numbers, Intel TDX module ABI specification. */
#define TDXDASH_LEAF_SYS_RD 34u
#define TDXDASH_LEAF_SYS_RDALL 37u

/* Bytes of the page that TDH.SYS.RDALL fills. */
#define TDXDASH_PAGE_SIZE 4096u

/* The most CMRs that a platform has. */
#define TDXDASH_MAX_CMRS 32u

/* The most calls and pages of a recording, and the most different failures. */
#define TDXDASH_MAX_RECORDED_CALLS 262144u
#define TDXDASH_MAX_RECORDED_FAILURES 1024u

/* What became of a call to this library. */
enum tdxdash_code {
	TDXDASH_OK = 0,
	TDXDASH_INVALID_ARGUMENT = 1,  /* a null pointer, a wrong size, a CMR that cannot be */
	TDXDASH_ABSENT = 2,            /* there is no such device or profile */
	TDXDASH_NOT_PERMITTED = 3,     /* the rights do not suffice */
	TDXDASH_WRONG_DEVICE = 4,      /* the path is not the tdxdash device */
	TDXDASH_WRONG_ABI = 5,         /* the kernel module speaks another ABI version */
	TDXDASH_UNREADABLE = 6,        /* the operating system refused for another reason, see os_error */
	TDXDASH_PROFILE_MALFORMED = 7, /* see line */
	TDXDASH_OUT_OF_MEMORY = 8,
	TDXDASH_LEAF_REFUSED = 9,      /* not executed: the leaf is not on the allow-list */
	TDXDASH_NOT_EXECUTED = 10,     /* not executed: the kernel module could not make the call, see os_error */
	TDXDASH_NOT_EMULATED = 11,     /* the function is for an emulated module, and the transport is a device */
	TDXDASH_MEMORY_FULL = 12,      /* nothing was written: the emulated memory would exceed its pages */
	TDXDASH_NOT_RECORDED = 13,     /* no answer: the recording holds none, or no further one, to this question */
};

/* Why a call failed, in words for people. Owned by the caller; always zero-terminated. */
struct tdxdash_error {
	uint32_t code;      /* tdxdash_code */
	int32_t os_error;   /* errno where the operating system was the cause, else 0 */
	uint32_t line;      /* the line of a profile, counted from 1, else 0 */
	uint32_t reserved;  /* 0 */
	char message[1024]; /* what happened: a sentence in UTF-8 that names the thing and the value */
	char remedy[512];   /* what to do: a sentence */
};

/* The registers of a SEAMCALL, in and out. */
struct tdxdash_registers {
	uint64_t rax; /* out: the completion status */
	uint64_t rcx;
	uint64_t rdx; /* RD: field id in, next id out. RDALL: physical address of the page; 0 lets the transport choose */
	uint64_t r8;  /* RD: value out. RDALL: first field id in, next id out */
	uint64_t r9;
	uint64_t r10;
	uint64_t r11;
	uint64_t reserved; /* 0 */
};

/* A Convertible Memory Range, in bytes. */
struct tdxdash_cmr {
	uint64_t base;
	uint64_t size;
};

/* What kind of way a transport is. */
enum tdxdash_kind {
	TDXDASH_KIND_DEVICE = 1,
	TDXDASH_KIND_EMULATED = 2,
	TDXDASH_KIND_RECORDED = 3,
};

/* Set in tdxdash_info.flags when no real TDX module answers or answered: for the emulated module, for a kernel module that
 * says so of itself, and for a recording of either. */
#define TDXDASH_FLAG_EMULATED 1u

/* What a transport is. */
struct tdxdash_info {
	uint32_t abi_version; /* TDXDASH_ABI_VERSION of the library */
	uint32_t kind;        /* tdxdash_kind */
	uint32_t flags;
	uint32_t reserved;     /* 0 */
	char description[256]; /* for people: "kernel device /dev/tdxdash" */
};

/* One SEAMCALL as it was made and answered. */
struct tdxdash_recorded_call {
	uint64_t leaf; /* RAX going in */
	struct tdxdash_registers in;
	struct tdxdash_registers out; /* has no meaning where there is a failure */
	uint32_t page;    /* the page after the call, counted from 1; 0 for none, as for every leaf but TDH.SYS.RDALL */
	uint32_t failure; /* why it was not executed, counted from 1; 0 where it was executed */
};

/* What a transport answered once. */
struct tdxdash_recording {
	const struct tdxdash_recorded_call *calls; /* in the order in which they were made */
	const void *pages;                         /* page_count times TDXDASH_PAGE_SIZE bytes */
	const struct tdxdash_error *failures;
	const char *description; /* for people: what the recorded transport was */
	uint32_t call_count;
	uint32_t page_count;
	uint32_t failure_count;
	uint32_t flags; /* TDXDASH_FLAG_EMULATED where the recorded transport had it */
};

/* One member of a structure of this file; a member without a name is the structure itself. */
struct tdxdash_layout_entry {
	char structure[32];
	char member[32];
	uint32_t offset;
	uint32_t size;
};

/* An open way to a TDX module. */
struct tdxdash_transport;

/* The TDXDASH_ABI_VERSION that the library was built with; a caller compares it with its own first. */
TDXDASH_API uint32_t tdxdash_abi_version(void);

/* Opens the kernel device (usually "/dev/tdxdash") and asks it for its ABI version. */
TDXDASH_API int32_t tdxdash_open_device(const char *path, struct tdxdash_transport **out, struct tdxdash_error *error);

/*
 * Starts an emulated module from a profile file (format: native/README.md). With cmr_count above 0, the ranges replace
 * the profile's CMR_BASE and CMR_SIZE; slots behind them read as zero, and NUM_CMRS stays as the profile has it. The
 * list is copied.
 */
TDXDASH_API int32_t tdxdash_open_emulated(const char *profile_path, const struct tdxdash_cmr *cmrs, uint32_t cmr_count,
					  struct tdxdash_transport **out, struct tdxdash_error *error);

/*
 * Opens a recording, which is copied. A question (leaf and registers, without RAX) is answered as it was recorded; where it
 * was asked several times, each answer is given once, in order. A question that was not recorded, or was not recorded so
 * often, is TDXDASH_NOT_RECORDED. A call that was not executed then fails again, with its own code and texts.
 */
TDXDASH_API int32_t tdxdash_open_recorded(const struct tdxdash_recording *recording, struct tdxdash_transport **out,
					  struct tdxdash_error *error);

/* Says what a transport is. */
TDXDASH_API int32_t tdxdash_describe(const struct tdxdash_transport *transport, struct tdxdash_info *info,
				     struct tdxdash_error *error);

/*
 * Makes one SEAMCALL. leaf is the whole of RAX going in, so its version bits must be 0 too.
 *
 * For TDH.SYS.RDALL, page stands for the page at the physical address in RDX, and page_size is TDXDASH_PAGE_SIZE. With
 * RDX 0 the transport chooses that address. An RDX that is not 0 is refused by the device, and checked by the emulated
 * module as a real one would. The list in the page says its own size; bytes behind it have no meaning.
 * For every other leaf, page is null and page_size 0. TDH.SYS.CONFIG and SEAMLDR.INSTALL read what their operands point to
 * in the emulated memory. Where no module runs, none answers: a call of the emulated module is then TDXDASH_NOT_EXECUTED with
 * ENODEV, as it is of a device.
 */
TDXDASH_API int32_t tdxdash_seamcall(struct tdxdash_transport *transport, uint64_t leaf,
				     struct tdxdash_registers *registers, void *page, uint64_t page_size,
				     struct tdxdash_error *error);

/* Closes a transport; null is ignored. */
TDXDASH_API void tdxdash_close(struct tdxdash_transport *transport);

/* Reports the layout of every structure above, so that a binding can compare it with its own. Fills at most capacity
 * entries and returns how many there are. */
TDXDASH_API uint32_t tdxdash_layout(struct tdxdash_layout_entry *entries, uint32_t capacity);

#ifndef __cplusplus
_Static_assert(sizeof(struct tdxdash_error) == 1552, "tdxdash_error");
_Static_assert(offsetof(struct tdxdash_error, os_error) == 4, "tdxdash_error.os_error");
_Static_assert(offsetof(struct tdxdash_error, line) == 8, "tdxdash_error.line");
_Static_assert(offsetof(struct tdxdash_error, message) == 16, "tdxdash_error.message");
_Static_assert(offsetof(struct tdxdash_error, remedy) == 1040, "tdxdash_error.remedy");
_Static_assert(sizeof(struct tdxdash_registers) == 64, "tdxdash_registers");
_Static_assert(offsetof(struct tdxdash_registers, rcx) == 8, "tdxdash_registers.rcx");
_Static_assert(offsetof(struct tdxdash_registers, rdx) == 16, "tdxdash_registers.rdx");
_Static_assert(offsetof(struct tdxdash_registers, r8) == 24, "tdxdash_registers.r8");
_Static_assert(offsetof(struct tdxdash_registers, r9) == 32, "tdxdash_registers.r9");
_Static_assert(offsetof(struct tdxdash_registers, r10) == 40, "tdxdash_registers.r10");
_Static_assert(offsetof(struct tdxdash_registers, r11) == 48, "tdxdash_registers.r11");
_Static_assert(offsetof(struct tdxdash_registers, reserved) == 56, "tdxdash_registers.reserved");
_Static_assert(sizeof(struct tdxdash_cmr) == 16, "tdxdash_cmr");
_Static_assert(offsetof(struct tdxdash_cmr, size) == 8, "tdxdash_cmr.size");
_Static_assert(sizeof(struct tdxdash_info) == 272, "tdxdash_info");
_Static_assert(offsetof(struct tdxdash_info, kind) == 4, "tdxdash_info.kind");
_Static_assert(offsetof(struct tdxdash_info, flags) == 8, "tdxdash_info.flags");
_Static_assert(offsetof(struct tdxdash_info, description) == 16, "tdxdash_info.description");
_Static_assert(sizeof(struct tdxdash_recorded_call) == 144, "tdxdash_recorded_call");
_Static_assert(offsetof(struct tdxdash_recorded_call, in) == 8, "tdxdash_recorded_call.in");
_Static_assert(offsetof(struct tdxdash_recorded_call, out) == 72, "tdxdash_recorded_call.out");
_Static_assert(offsetof(struct tdxdash_recorded_call, page) == 136, "tdxdash_recorded_call.page");
_Static_assert(offsetof(struct tdxdash_recorded_call, failure) == 140, "tdxdash_recorded_call.failure");
_Static_assert(sizeof(struct tdxdash_recording) == 48, "tdxdash_recording");
_Static_assert(offsetof(struct tdxdash_recording, pages) == 8, "tdxdash_recording.pages");
_Static_assert(offsetof(struct tdxdash_recording, failures) == 16, "tdxdash_recording.failures");
_Static_assert(offsetof(struct tdxdash_recording, description) == 24, "tdxdash_recording.description");
_Static_assert(offsetof(struct tdxdash_recording, call_count) == 32, "tdxdash_recording.call_count");
_Static_assert(offsetof(struct tdxdash_recording, page_count) == 36, "tdxdash_recording.page_count");
_Static_assert(offsetof(struct tdxdash_recording, failure_count) == 40, "tdxdash_recording.failure_count");
_Static_assert(offsetof(struct tdxdash_recording, flags) == 44, "tdxdash_recording.flags");
_Static_assert(sizeof(struct tdxdash_layout_entry) == 72, "tdxdash_layout_entry");
_Static_assert(offsetof(struct tdxdash_layout_entry, member) == 32, "tdxdash_layout_entry.member");
_Static_assert(offsetof(struct tdxdash_layout_entry, offset) == 64, "tdxdash_layout_entry.offset");
_Static_assert(offsetof(struct tdxdash_layout_entry, size) == 68, "tdxdash_layout_entry.size");
#endif

#ifdef __cplusplus
}
#endif

#include "tdxdash_emulated.h"

#endif
