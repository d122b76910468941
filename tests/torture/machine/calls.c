// SPDX-License-Identifier: GPL-2.0
/* What a program finds around it: a trace, a heap, threads that sleep. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "machine.h"

#define HEAP_AT		0x41000000UL
#define BOOT_HEAP_AT	0x43000000UL
#define STACKS_AT	0x51000000UL
#define STACK_SIZE	0x8000UL

struct sleeper {
	ucontext_t own;
	unsigned long low;	/* saved stack pointer */
	int (*body)(int);
};

u32 trace_hash;
static u32 noise_state;
static struct sleeper sleepers[NR_SLEEPERS];
static ucontext_t main_context;
static u32 running = NR_SLEEPERS;
static struct heap_slot *heap;

static void *map_at(unsigned long addr, size_t size)
{
	void *p = mmap((void *)addr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		       MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);

	if (p != (void *)addr)
		fatal("no memory at %#lx", addr);
	return p;
}

/* Programs are compiled without SSE; nothing here may be in their way. */
static void trace(u32 v)
{
	trace_hash = (trace_hash ^ v) * 16777619u;
	trace_hash ^= trace_hash >> 15;
}

static u32 noise(u32 n)
{
	noise_state = noise_state * 1103515245u + 12345;
	return n ? (noise_state >> 12) % n : 0;
}

static void *zalloc(u32 type, u32 size)
{
	u32 i;

	if (!size || size > sizeof(heap->data))
		fatal("an object of %u bytes", size);
	for (i = 0; i < HEAP_SLOTS; i++) {
		if (heap[i].size)
			continue;
		memset(&heap[i], 0, sizeof(heap[i]));
		heap[i].type = type;
		heap[i].size = size;
		return heap[i].data;
	}
	fatal("the heap is full");
}

static void zfree(void *p)
{
	struct heap_slot *s;

	if (!p)
		return;
	s = (void *)((u8 *)p - offsetof(struct heap_slot, data));
	memset(s, 0, sizeof(*s));
}

static void sleep_here(void)
{
	u32 me = running;

	if (me == NR_SLEEPERS)
		return;
	running = NR_SLEEPERS;
	sleepers[me].low = (unsigned long)__builtin_frame_address(0);
	swapcontext(&sleepers[me].own, &main_context);
}

static const struct {
	const char *name;
	void *addr;
} known[] = {
	{ "trace", trace },
	{ "noise", noise },
	{ "zalloc", zalloc },
	{ "zfree", zfree },
	{ "sleep_here", sleep_here },
	{ "__fentry__", trace },
	{ "memset", memset },
	{ "memcpy", memcpy },
};

unsigned long machine_symbol(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return (unsigned long)known[i].addr;
	return strncmp(name, "ksplice_abi_", 12) ? 0 : (unsigned long)trace;
}

struct heap_slot *machine_heap(void)
{
	return (void *)HEAP_AT;
}

void machine_init(void)
{
	map_at(HEAP_AT, HEAP_SLOTS * sizeof(struct heap_slot));
	map_at(BOOT_HEAP_AT, HEAP_SLOTS * sizeof(struct heap_slot));
	map_at(STACKS_AT, NR_SLEEPERS * STACK_SIZE);
	heap = machine_heap();
	noise_state = 1;
}

/* What post's boot code allocates must not get in the way of what lives. */
void machine_boot_heap(bool on)
{
	static u32 saved_noise, saved_hash;

	heap = (void *)(on ? BOOT_HEAP_AT : HEAP_AT);
	if (on) {
		saved_noise = noise_state;
		saved_hash = trace_hash;
		noise_state = 1;
	} else {
		noise_state = saved_noise;
		trace_hash = saved_hash;
	}
}

static void start(void)
{
	sleepers[running].body(running);
	fatal("a thread has ended");
}

static unsigned long stack_top(u32 n)
{
	return STACKS_AT + (n + 1) * STACK_SIZE;
}

static void create(u32 n)
{
	struct sleeper *s = &sleepers[n];

	getcontext(&s->own);
	s->own.uc_stack.ss_sp = (void *)(STACKS_AT + n * STACK_SIZE);
	s->own.uc_stack.ss_size = STACK_SIZE;
	makecontext(&s->own, start, 0);
	s->low = stack_top(n);
}

extern int (*thread_body)(int);

/* Thread @n runs until it sleeps again. */
void machine_wake(u32 n)
{
	if (!sleepers[n].body) {
		sleepers[n].body = thread_body;
		create(n);
	}
	running = n;
	swapcontext(&main_context, &sleepers[n].own);
}

/* Word @i of what thread @n has on its stack */
bool sleeper_word(u32 n, u32 i, unsigned long *word)
{
	unsigned long at = sleepers[n].low + 8UL * i;

	if (!sleepers[n].body || at + 8 > stack_top(n))
		return false;
	*word = *(unsigned long *)at;
	return true;
}
