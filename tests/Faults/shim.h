/* What the two parts of the shim know of each other. */
#ifndef TDXDASH_SHIM_H
#define TDXDASH_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct control {
	int32_t flush_fails;
	int32_t flush_milliseconds;
	int32_t read_only;
	int32_t write_fails;
	int64_t clock_offset_seconds;
	int64_t read_fails_beyond; /* each read that reaches beyond this byte of a file; 0 for none */
};

extern volatile struct control *control;

/* Whether the file lies below the folder that TDXDASH_FAULTS_BELOW names. */
bool is_below(int file);

/* 0, or the errno that a write to the file fails with. */
int write_refusal(int file);

/* One flush that covers every write that was noted before it began. */
int noted_flush(long call, int file, int (*flush)(long call, int file));

#endif
