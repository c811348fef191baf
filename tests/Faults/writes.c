/*
 * Notes, in the file that TDXDASH_FAULTS_WRITES names, each change of a file below the folder that TDXDASH_FAULTS_BELOW names, and each flush
 * with the number of changes that were noted before it began: what it makes durable. A test makes of it what a disk may hold after a loss of
 * power (Support/WriteLog.cs reads it). SQLite's "-shm" is left out: it is mapped, and means nothing after a crash.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum change { CREATED = 1, WRITTEN, CUT, RENAMED, LINKED, UNLINKED, FLUSHED };

struct note {
	int32_t kind;
	int32_t path_bytes;
	int64_t offset; /* of what is written; the new length of what is cut; for a flush the notes before it */
	int64_t bytes;
};

static const char *below;
static size_t below_bytes;
static int log_file = -1;
static int64_t notes;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void open_log(void)
{
	const char *path = getenv("TDXDASH_FAULTS_WRITES");

	below = getenv("TDXDASH_FAULTS_BELOW");
	below_bytes = below ? strlen(below) : 0;
	if (below && path)
		log_file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), tail = strlen(end);

	return length >= tail && strcmp(path + length - tail, end) == 0;
}

static bool is_noted(const char *path)
{
	return below && strncmp(path, below, below_bytes) == 0 && (path[below_bytes] == '/' || path[below_bytes] == 0) &&
	       !ends_with(path, "-shm") && !ends_with(path, " (deleted)");
}

/* The path of an open file or folder; one that is not below the folder is not given. */
static bool path_of(int file, char path[PATH_MAX])
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	length = readlink(link, path, PATH_MAX - 1);
	if (length <= 0)
		return false;
	path[length] = 0;
	return is_noted(path);
}

bool is_below(int file)
{
	char path[PATH_MAX];

	return below && path_of(file, path);
}

/* In one call, so that a kill cuts off at most the last note. The caller holds the gate. */
static void note(enum change kind, const char *path, int64_t offset, const void *data, size_t bytes)
{
	struct note head = { kind, (int32_t)strlen(path), offset, (int64_t)bytes };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)path, strlen(path) }, { (void *)data, bytes } };

	if (syscall(SYS_writev, log_file, parts, 3L) < 0)
		abort();
	notes++;
}

int noted_flush(long call, int file, int (*flush)(long call, int file))
{
	char path[PATH_MAX];
	bool noted = log_file >= 0 && path_of(file, path);
	int64_t before;
	int result;

	pthread_mutex_lock(&gate);
	before = notes;
	pthread_mutex_unlock(&gate);
	result = flush(call, file);
	if (result == 0 && noted) {
		pthread_mutex_lock(&gate);
		note(FLUSHED, path, before, NULL, 0);
		pthread_mutex_unlock(&gate);
	}
	return result;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
{
	char path[PATH_MAX];
	bool noted = log_file >= 0 && path_of(file, path);
	int refusal = write_refusal(file);
	ssize_t result;

	if (refusal) {
		errno = refusal;
		return -1;
	}
	if (!noted)
		return syscall(SYS_pwrite64, file, bytes, count, offset);
	pthread_mutex_lock(&gate);
	result = syscall(SYS_pwrite64, file, bytes, count, offset);
	if (result > 0)
		note(WRITTEN, path, offset, bytes, (size_t)result);
	pthread_mutex_unlock(&gate);
	return result;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
	return pwrite64(file, bytes, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count)
{
	char path[PATH_MAX];
	struct stat kind;
	bool noted = log_file >= 0 && fstat(file, &kind) == 0 && S_ISREG(kind.st_mode) && path_of(file, path);
	int refusal = write_refusal(file);
	ssize_t result;

	if (refusal) {
		errno = refusal;
		return -1;
	}
	if (!noted)
		return syscall(SYS_write, file, bytes, count);
	pthread_mutex_lock(&gate);
	result = syscall(SYS_write, file, bytes, count);
	if (result > 0)
		note(WRITTEN, path, syscall(SYS_lseek, file, 0L, SEEK_CUR) - result, bytes, (size_t)result);
	pthread_mutex_unlock(&gate);
	return result;
}

int ftruncate64(int file, off64_t length)
{
	char path[PATH_MAX];
	bool noted = log_file >= 0 && path_of(file, path);
	int result;

	if (!noted)
		return (int)syscall(SYS_ftruncate, file, length);
	pthread_mutex_lock(&gate);
	result = (int)syscall(SYS_ftruncate, file, length);
	if (result == 0)
		note(CUT, path, length, NULL, 0);
	pthread_mutex_unlock(&gate);
	return result;
}

int ftruncate(int file, off_t length)
{
	return ftruncate64(file, length);
}

static int opened(const char *path, int flags, mode_t mode)
{
	char full[PATH_MAX];
	bool is_new;
	int file;

	if (log_file < 0 || !(flags & (O_CREAT | O_TRUNC)))
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	pthread_mutex_lock(&gate);
	is_new = access(path, F_OK) != 0;
	file = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (file >= 0 && path_of(file, full)) {
		if (is_new)
			note(CREATED, full, 0, NULL, 0);
		else if (flags & O_TRUNC)
			note(CUT, full, 0, NULL, 0);
	}
	pthread_mutex_unlock(&gate);
	return file;
}

int open64(const char *path, int flags, ...)
{
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return opened(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return opened(path, flags, mode);
}

/* Both programs name files in their folder by whole paths. */
static int moved(long call, enum change kind, const char *from, const char *to)
{
	bool noted = log_file >= 0 && is_noted(from);
	int result;

	pthread_mutex_lock(&gate);
	result = (int)(to ? syscall(call, from, to) : syscall(call, from));
	if (result == 0 && noted)
		note(kind, from, 0, to, to ? strlen(to) : 0);
	pthread_mutex_unlock(&gate);
	return result;
}

int rename(const char *from, const char *to)
{
	return moved(SYS_rename, RENAMED, from, to);
}

int link(const char *from, const char *to)
{
	return moved(SYS_link, LINKED, from, to);
}

int unlink(const char *path)
{
	return moved(SYS_unlink, UNLINKED, path, NULL);
}
