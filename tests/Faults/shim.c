/*
 * Faults of disk and clock for one process, which loads this ahead of libc (LD_PRELOAD). What goes wrong is read from the file that
 * TDXDASH_FAULTS names, which the test maps as well, so that faults begin and end while the process runs. Support/FaultControl.cs has the
 * other side of the structure; writes.c notes what would not outlive a loss of power.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile struct control none;
volatile struct control *control = &none;

__attribute__((constructor)) static void map_control(void)
{
	const char *path = getenv("TDXDASH_FAULTS");
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped;

	if (file < 0)
		return;
	mapped = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
	if (mapped != MAP_FAILED)
		control = mapped;
	close(file);
}

static int flush(long call, int file)
{
	struct timespec wait = { control->flush_milliseconds / 1000, (control->flush_milliseconds % 1000) * 1000000L };

	if (wait.tv_sec || wait.tv_nsec)
		nanosleep(&wait, NULL);
	if (control->flush_fails) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(call, file);
}

int fsync(int file)
{
	return noted_flush(SYS_fsync, file, flush);
}

int fdatasync(int file)
{
	return noted_flush(SYS_fdatasync, file, flush);
}

int write_refusal(int file)
{
	struct stat kind;

	if (!control->read_only && !control->write_fails)
		return 0;
	if (fstat(file, &kind) != 0 || !S_ISREG(kind.st_mode))
		return 0;
	return control->read_only ? EROFS : EIO;
}

static bool is_unreadable(int file, off64_t end)
{
	return control->read_fails_beyond && end > control->read_fails_beyond && is_below(file);
}

ssize_t read(int file, void *bytes, size_t count)
{
	if (control->read_fails_beyond && is_unreadable(file, syscall(SYS_lseek, file, 0L, SEEK_CUR) + (off64_t)count)) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_read, file, bytes, count);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset)
{
	if (is_unreadable(file, offset + (off64_t)count)) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pread64, file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset)
{
	return pread64(file, bytes, count, offset);
}

/* The monotonic clock is left alone: a wall clock that is set moves nothing else. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	int result = (int)syscall(SYS_clock_gettime, clock, time);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		time->tv_sec += control->clock_offset_seconds;
	return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec time;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &time) != 0)
		return -1;
	now->tv_sec = time.tv_sec;
	now->tv_usec = time.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *seconds)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}
