/* SPDX-License-Identifier: MIT */
/* What stands behind tdxdash_transport. */
#ifndef TDXDASH_LIB_TRANSPORT_H
#define TDXDASH_LIB_TRANSPORT_H

#include "device.h"
#include "machine.h"
#include "recorded.h"

#include <pthread.h>

struct tdxdash_transport {
	enum tdxdash_kind kind;
	uint32_t flags; /* of tdxdash_info */
	char description[256];
	struct device device;

	/* What stands behind the lock is touched only under it. */
	pthread_mutex_t lock;
	struct recorded recorded;

	/* Of an emulated module. */
	bool state_changes_allowed;
	struct machine machine;
};

/* Whether a leaf is one of those that change the state of an emulated module. */
bool is_emulated_leaf(uint64_t leaf);

/* Whether an emulated module was told to change state. */
bool emulated_allows_state_changes(struct tdxdash_transport *transport);

/* TDXDASH_OK where the transport is an emulated module. */
int32_t need_emulated(const struct tdxdash_transport *transport, const char *function, struct tdxdash_error *error);

/* A leaf on the allow-list, executed by an emulated module under its lock. */
int32_t emulated_seamcall(struct tdxdash_transport *transport, uint64_t leaf, struct tdxdash_registers *registers,
			  void *page, struct tdxdash_error *error);

/* An argument that only a programming mistake can give. */
int32_t invalid_argument(struct tdxdash_error *error, const char *what);

#endif
