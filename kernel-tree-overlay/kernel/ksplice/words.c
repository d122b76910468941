// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice - constants that change where they stand
 *
 * A constant that code outside of the update refers to, or that was handed out at boot,
 * has to keep its address.  So the update does not bring another one: it lists the words
 * of it that differ.  Matching proves the old contents, the stop writes the new ones
 * along with the jumps, and the stop that takes the update back restores the old ones.
 *
 * The memory is read-only.  It is written through a mapping of our own, which is made
 * before any lock is taken: nothing can fail in the stop.  Aligned blocks of 8 bytes are
 * written with one store each, so an NMI, which the stop does not keep out, sees all of
 * a word or nothing.  text_poke() cannot be used: it copies bytes, and of the kernel it
 * takes addresses of text only.
 *
 * A block may have bytes beside those of the words.  They are written back as they are:
 * nobody else writes read-only memory while all CPUs are in the stop.
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/error-injection.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <asm/sections.h>

#include "ksplice.h"
#include "match.h"
#include "stop.h"

static int words_refuse(const struct ksplice_update *update,
			const struct ksplice_constant *constant, const char *why)
{
	pr_err("%s: cannot change constant %s: %s; refused, nothing was changed\n",
	       update->name, constant->name, why);
	return -EOPNOTSUPP;
}

/* Writes a value as the word has it in memory. */
static void words_put(void *to, u64 value, unsigned int size)
{
	switch (size) {
	case 1:
		*(u8 *)to = value;
		break;
	case 2:
		*(u16 *)to = value;
		break;
	case 4:
		*(u32 *)to = value;
		break;
	case 8:
		*(u64 *)to = value;
		break;
	}
}

static u64 words_get(const void *from, unsigned int size)
{
	switch (size) {
	case 1:
		return *(const u8 *)from;
	case 2:
		return *(const u16 *)from;
	case 4:
		return *(const u32 *)from;
	}
	return *(const u64 *)from;
}

/*
 * What an update says
 */

static unsigned int words_count_constants(const struct ksplice_view *view)
{
	unsigned int n = 0;
	u32 i;

	for (i = 0; i < view->hdr->words.n; i++)
		n += !i || view->words[i].unit != view->words[i - 1].unit;
	return n;
}

static void words_init_constant(struct ksplice_update *update,
				struct ksplice_constant *constant,
				const struct ksplice_view *view, u32 first)
{
	const struct ksplice_f_unit *unit = &view->units[view->words[first].unit];

	constant->name = update->strings + unit->name;
	constant->source = update->strings + unit->source;
	constant->object = &update->objects[unit->target];
	constant->size = unit->size;
	constant->words = &update->words[first];
}

/*
 * The address of a function will be called by pointer.  Whether it is one can't be seen,
 * so all that is in the text has to be fit for that.
 */
static int words_check_own(const struct ksplice_update *update,
			   const struct ksplice_constant *constant, u64 value)
{
	if (!within_module_core(value, update->module))
		return words_refuse(update, constant,
				    "an address it gets is not in the update's memory; the file is damaged, build it again");
	if (within_module_mem_type(value, update->module, MOD_TEXT) &&
	    arch_ksplice_sealed(value, true))
		return words_refuse(update, constant,
				    "it gets the address of new code that has no ENDBR, and a call by pointer would fault on a CPU with IBT");
	return 0;
}

/**
 * ksplice_words_init() - take over which words of constants an update changes
 * @update:	the update, being allocated, with its objects filled in
 * @view:	its tables
 *
 * Return: 0, -ENOMEM, or -EOPNOTSUPP with the reason in the log; ksplice_words_free() in
 * all cases.
 */
int ksplice_words_init(struct ksplice_update *update, const struct ksplice_view *view)
{
	struct ksplice_constant *constant;
	u32 n = view->hdr->words.n, i;
	int ret = 0;

	update->words = kvcalloc(n, sizeof(*update->words), GFP_KERNEL);
	update->constants = kvcalloc(words_count_constants(view),
				     sizeof(*update->constants), GFP_KERNEL);
	if (!update->words || !update->constants)
		return -ENOMEM;
	update->nr_words = n;
	constant = update->constants;
	for (i = 0; i < n && !ret; i++) {
		const struct ksplice_f_word *word = &view->words[i];

		if (!i || word->unit != word[-1].unit) {
			constant = &update->constants[update->nr_constants++];
			words_init_constant(update, constant, view, i);
		}
		constant->nr_words++;
		update->words[i].offset = word->offset;
		update->words[i].size = word->size;
		update->words[i].new = word->value;
		if (word->flags & KSPLICE_WORD_OWN)
			ret = words_check_own(update, constant, word->value);
	}
	return ret;
}

/**
 * ksplice_words_free() - free what ksplice_words_init() has allocated
 * @update:	the update
 */
void ksplice_words_free(struct ksplice_update *update)
{
	kvfree(update->constants);
	kvfree(update->words);
}

/*
 * The constants in memory
 */

/* Puts the old words of an applied update into a copy of memory. */
static void words_hide_one(const struct ksplice_update *update, unsigned long addr,
			   u8 *buf, size_t len)
{
	struct ksplice_constant *constant;
	const struct ksplice_word *word;
	u8 old[sizeof(u64)] __aligned(8);
	unsigned long at;
	unsigned int i;

	ksplice_for_each_present_constant(update, constant) {
		if (constant->addr >= addr + len || constant->addr + constant->size <= addr)
			continue;
		ksplice_for_each_word(constant, word) {
			words_put(old, word->old, word->size);
			at = constant->addr + word->offset;
			for (i = 0; i < word->size; i++)
				if (at + i >= addr && at + i < addr + len)
					buf[at + i - addr] = old[i];
		}
	}
}

/**
 * ksplice_words_hide() - undo in a copy of memory what superseded updates did to it
 * @update:	the update that is matched; it was made as if those were not there
 * @addr:	where the copy was taken
 * @buf:	the copy
 * @len:	its length
 *
 * Updates that stay applied count as they are: what is made on top of them knows them.
 *
 * Context: ksplice_mutex held.
 */
void ksplice_words_hide(const struct ksplice_update *update, unsigned long addr,
			u8 *buf, size_t len)
{
	struct ksplice_update *other = NULL;

	if (!update->nr_supersedes)
		return;
	/* The newest first: an older one may have changed the same word before. */
	while ((other = ksplice_order_prev(other))) {
		if (ksplice_superseded(update, other))
			words_hide_one(other, addr, buf, len);
	}
}

static int words_read_old(const struct ksplice_update *update,
			  const struct ksplice_constant *constant,
			  struct ksplice_word *word)
{
	unsigned long addr = constant->addr + word->offset;
	u8 bytes[sizeof(u64)] __aligned(8);

	if (addr % word->size)
		return words_refuse(update, constant,
				    "it is not aligned as the object file says");
	if (copy_from_kernel_nofault(bytes, (void *)addr, word->size))
		return words_refuse(update, constant, "it cannot be read");
	ksplice_words_hide(update, addr, bytes, word->size);
	word->old = words_get(bytes, word->size);
	return 0;
}

static bool words_in_kernel(unsigned long addr)
{
	return addr >= (unsigned long)__start_rodata &&
	       addr < (unsigned long)__end_rodata;
}

/* A constant that another update has added has no number among those of the target. */
static bool words_has_number(const struct ksplice_update *update,
			     const struct ksplice_constant *constant)
{
	const struct ksplice_constant *other = update->constants;

	if (constant->sympos)
		return true;
	if (ksplice_target_is_vmlinux(constant->object) ?
	    words_in_kernel(constant->addr) :
	    within_module(constant->addr, constant->object->mod))
		return false;
	for (; other < constant; other++) {
		if (other->addr && !other->sympos && other->object == constant->object &&
		    !strcmp(other->name, constant->name))
			return false;
	}
	return true;
}

static int words_place_constant(struct ksplice_update *update,
				struct ksplice_constant *constant,
				const struct ksplice_match *match)
{
	u32 unit = match->view->words[constant->words - update->words].unit;
	struct ksplice_word *word;
	int ret;

	if (match->unit_state[unit] != KSPLICE_UNIT_MATCHED)
		return words_refuse(update, constant, "its old contents were not matched");
	constant->addr = match->unit_addr[unit];
	constant->sympos = ksplice_target_sympos(constant->object, constant->name,
						 constant->addr);
	if (!words_has_number(update, constant))
		return words_refuse(update, constant,
				    "kallsyms does not know it at its address");
	ksplice_for_each_word(constant, word) {
		ret = words_read_old(update, constant, word);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ksplice_words_place() - fill in what is known only when a target has been matched
 * @update:	the update; this is for its objects that are KSPLICE_FOUND
 * @match:	what matching has learned
 *
 * Context: ksplice_mutex held.
 * Return: 0, or -EOPNOTSUPP with the reason in the log.
 */
int ksplice_words_place(struct ksplice_update *update, const struct ksplice_match *match)
{
	struct ksplice_constant *constant;
	int ret;

	ksplice_for_each_constant(update, constant) {
		if (constant->object->presence != KSPLICE_FOUND)
			continue;
		ret = words_place_constant(update, constant, match);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ksplice_words_unplace() - forget where the constants of a target are
 * @object:	its object, whose words do not stand
 */
void ksplice_words_unplace(struct ksplice_object *object)
{
	struct ksplice_constant *constant;

	ksplice_for_each_constant(object->update, constant) {
		if (constant->object == object)
			constant->addr = 0;
	}
}

/*
 * Other updates
 */

static bool words_overlap(unsigned long a, unsigned long a_len, unsigned long b,
			  unsigned long b_len)
{
	return a < b + b_len && b < a + a_len;
}

static bool words_any_in(const struct ksplice_constant *constant, unsigned long addr,
			 unsigned long len)
{
	const struct ksplice_word *word;

	if (!words_overlap(constant->addr, constant->size, addr, len))
		return false;
	ksplice_for_each_word(constant, word) {
		if (words_overlap(constant->addr + word->offset, word->size, addr, len))
			return true;
	}
	return false;
}

/**
 * ksplice_words_found() - was an update matched with words that another one has written?
 * @update:	the update, whose objects that are KSPLICE_FOUND have been matched
 * @match:	what matching has learned
 * @other:	an applied update
 *
 * Return: true if it was made on top of that.
 */
bool ksplice_words_found(const struct ksplice_update *update,
			 const struct ksplice_match *match,
			 const struct ksplice_update *other)
{
	const struct ksplice_f_unit *units = match->view->units;
	struct ksplice_constant *constant;
	u32 i;

	if (ksplice_superseded(update, other))
		return false;
	ksplice_for_each_present_constant(other, constant) {
		for (i = 0; i < match->view->hdr->units.n; i++) {
			if (units[i].kind == KSPLICE_UNIT_RODATA &&
			    match->unit_state[i] == KSPLICE_UNIT_MATCHED &&
			    update->objects[units[i].target].presence == KSPLICE_FOUND &&
			    words_any_in(constant, match->unit_addr[i], units[i].size))
				return true;
		}
	}
	return false;
}

static bool words_same(const struct ksplice_constant *a, const struct ksplice_constant *b)
{
	if (a->object->presence == KSPLICE_PRESENT &&
	    b->object->presence == KSPLICE_PRESENT)
		return words_overlap(a->addr, a->size, b->addr, b->size);
	return !strcmp(a->name, b->name) && !strcmp(a->source, b->source) &&
	       !strcmp(a->object->name, b->object->name);
}

/**
 * ksplice_words_both() - a constant that two updates change
 * @update:	one of them
 * @other:	the other
 *
 * Without the target in memory, the names decide.
 *
 * Context: ksplice_mutex held.
 * Return: the constant of @update, or NULL.
 */
const struct ksplice_constant *ksplice_words_both(const struct ksplice_update *update,
						  const struct ksplice_update *other)
{
	const struct ksplice_constant *constant, *theirs;

	ksplice_for_each_constant(update, constant) {
		ksplice_for_each_constant(other, theirs) {
			if (words_same(constant, theirs))
				return constant;
		}
	}
	return NULL;
}

static bool words_has_unit(const struct ksplice_view *view,
			   const struct ksplice_constant *constant)
{
	u32 i;

	for (i = 0; i < view->hdr->units.n; i++) {
		const struct ksplice_f_unit *unit = &view->units[i];

		if (unit->kind == KSPLICE_UNIT_RODATA &&
		    !strcmp(ksplice_str(view, unit->name), constant->name) &&
		    !strcmp(ksplice_str(view, unit->source), constant->source))
			return true;
	}
	return false;
}

/**
 * ksplice_words_explain() - say whether an applied update may be why one does not match
 * @update:	the update that does not match
 * @view:	its tables
 *
 * Context: ksplice_mutex held.
 */
void ksplice_words_explain(const struct ksplice_update *update,
			   const struct ksplice_view *view)
{
	struct ksplice_constant *constant;
	struct ksplice_update *other = NULL;

	while ((other = ksplice_order_next(other))) {
		if (ksplice_superseded(update, other))
			continue;
		ksplice_for_each_present_constant(other, constant) {
			if (words_has_unit(view, constant))
				pr_err("%s: update %s, which is applied, changes constant %s already; take that one back first, or make this one on top of it\n",
				       update->name, other->name, constant->name);
		}
	}
}

/*
 * The stop
 */

/* Sets the bytes of a word in those of its block. */
static void words_put_in_block(u64 *block, unsigned long addr, u64 value,
			       unsigned int size)
{
	words_put((u8 *)block + addr % sizeof(*block), value, size);
}

static void words_collect_one(struct ksplice_blocks *blocks,
			      const struct ksplice_constant *constant,
			      const struct ksplice_word *word, bool apply)
{
	unsigned long addr = constant->addr + word->offset;
	struct ksplice_block *block = &blocks->block[blocks->n];

	block->addr = round_down(addr, sizeof(u64));
	block->constant = constant;
	block->nth = blocks->n++;
	words_put_in_block(&block->mask, addr, ~0ULL, word->size);
	words_put_in_block(&block->from, addr, apply ? word->old : word->new, word->size);
	words_put_in_block(&block->to, addr, apply ? word->new : word->old, word->size);
}

static void words_collect(struct ksplice_blocks *blocks,
			  const struct ksplice_update *update, bool apply)
{
	struct ksplice_constant *constant;
	const struct ksplice_word *word;

	ksplice_for_each_present_constant(update, constant) {
		ksplice_for_each_word(constant, word)
			words_collect_one(blocks, constant, word, apply);
	}
}

static int words_cmp_block(const void *a, const void *b)
{
	const struct ksplice_block *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->nth < y->nth ? -1 : 1;
}

/* What @next changes after @block, it has to find as @block leaves it. */
static void words_fold(struct ksplice_block *block, const struct ksplice_block *next)
{
	u64 both = block->mask & next->mask;

	block->torn |= (block->to & both) != (next->from & both);
	block->from |= next->from & ~block->mask;
	block->to = (block->to & ~next->mask) | next->to;
	block->mask |= next->mask;
	block->constant = next->constant;
}

/* Makes one of all changes of one block, which are in the order of time. */
static void words_merge(struct ksplice_blocks *blocks)
{
	struct ksplice_block *block = blocks->block;
	unsigned int i, n = 0;

	sort(block, blocks->n, sizeof(*block), words_cmp_block, NULL);
	for (i = 0; i < blocks->n; i++) {
		if (n && block[n - 1].addr == block[i].addr)
			words_fold(&block[n - 1], &block[i]);
		else
			block[n++] = block[i];
	}
	blocks->n = n;
}

static struct page *words_page(unsigned long addr)
{
	if (words_in_kernel(addr))
		return pfn_to_page(PHYS_PFN(__pa_symbol(addr)));
	return vmalloc_to_page((void *)addr);
}

/* Fills in the pages of the blocks, each once.  Return: their number; 0 on failure */
static unsigned int words_pages(const struct ksplice_blocks *blocks, struct page **pages)
{
	const struct ksplice_block *block = blocks->block;
	unsigned long last = 0;
	unsigned int n = 0;

	for (; block < blocks->block + blocks->n; block++) {
		unsigned long page = block->addr & PAGE_MASK;

		if (page == last)
			continue;
		last = page;
		pages[n] = words_page(page);
		if (!pages[n++])
			return 0;
	}
	return n;
}

static void words_set_aliases(struct ksplice_blocks *blocks)
{
	struct ksplice_block *block = blocks->block;
	void *page = blocks->map;

	for (; block < blocks->block + blocks->n; block++) {
		if (block > blocks->block &&
		    (block->addr & PAGE_MASK) != (block[-1].addr & PAGE_MASK))
			page += PAGE_SIZE;
		block->alias = page + offset_in_page(block->addr);
	}
}

static noinline int ksplice_words_map(struct ksplice_blocks *blocks)
{
	struct page **pages;
	unsigned int n;

	pages = kvcalloc(blocks->n, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	n = words_pages(blocks, pages);
	if (n)
		blocks->map = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	if (!blocks->map)
		return -ENOMEM;
	words_set_aliases(blocks);
	return 0;
}
ALLOW_ERROR_INJECTION(ksplice_words_map, ERRNO);

/* Counts the words of all updates that take part. */
static unsigned int words_count(const struct ksplice_update *update, bool apply)
{
	unsigned int n = update->nr_words;
	struct ksplice_update *other;

	list_for_each_entry(other, &ksplice_updates, list) {
		if (apply && ksplice_superseded(update, other))
			n += other->nr_words;
	}
	return n;
}

/**
 * ksplice_words_prepare() - get ready to write the words of a change
 * @blocks:	zeroed; ksplice_words_release() also on failure
 * @update:	the update
 * @apply:	apply it, else take it back
 *
 * The words of superseded updates go back to what they were; where ours are the same,
 * they become ours.
 *
 * Context: process; ksplice_mutex held, and no lock of the stop.
 * Return: 0 or -ENOMEM.
 */
int ksplice_words_prepare(struct ksplice_blocks *blocks, struct ksplice_update *update,
			  bool apply)
{
	unsigned int n = words_count(update, apply);
	struct ksplice_update *other = NULL;

	if (!n)
		return 0;
	blocks->block = kvcalloc(n, sizeof(*blocks->block), GFP_KERNEL);
	if (!blocks->block)
		return -ENOMEM;
	while (apply && (other = ksplice_order_prev(other))) {
		if (ksplice_superseded(update, other))
			words_collect(blocks, other, false);
	}
	words_collect(blocks, update, apply);
	words_merge(blocks);
	return blocks->n ? ksplice_words_map(blocks) : 0;
}

/**
 * ksplice_words_release() - undo ksplice_words_prepare()
 * @blocks:	the words
 *
 * Context: process, may sleep.
 */
void ksplice_words_release(struct ksplice_blocks *blocks)
{
	if (blocks->map)
		vunmap(blocks->map);
	kvfree(blocks->block);
	*blocks = (struct ksplice_blocks){};
}

/* The mapping has to show the same memory as the address of the constant. */
static bool words_unchanged(const struct ksplice_block *block)
{
	u64 now;

	return !block->torn &&
	       !copy_from_kernel_nofault(&now, (void *)block->addr, sizeof(now)) &&
	       now == *block->alias && (now & block->mask) == block->from;
}

/**
 * ksplice_words_check() - is memory what a change expects?
 * @blocks:	the words
 *
 * Context: all locks of the stop held.
 * Return: NULL if it is, else a constant that has changed.
 */
const struct ksplice_constant *ksplice_words_check(const struct ksplice_blocks *blocks)
{
	const struct ksplice_block *block = blocks->block;

	for (; block < blocks->block + blocks->n; block++) {
		cond_resched();
		if (!words_unchanged(block))
			return block->constant;
	}
	return NULL;
}

/**
 * ksplice_words_write() - write the words of a change
 * @blocks:	the words, checked
 *
 * Context: in the stop, on one CPU.
 */
void ksplice_words_write(const struct ksplice_blocks *blocks)
{
	const struct ksplice_block *block = blocks->block;

	for (; block < blocks->block + blocks->n; block++)
		WRITE_ONCE(*block->alias, (*block->alias & ~block->mask) | block->to);
}

/*
 * Modules that come and go
 */

static bool words_holds(const struct ksplice_constant *constant,
			const struct ksplice_word *word, u64 value)
{
	u8 now[sizeof(u64)] __aligned(8);

	return !copy_from_kernel_nofault(now, (void *)constant->addr + word->offset,
					 word->size) &&
	       words_get(now, word->size) == value;
}

/* Nobody reads the constant at this time, so it does not matter how it is written. */
static void words_write_unused(const struct ksplice_constant *constant,
			       const struct ksplice_word *word, u64 value)
{
	u8 bytes[sizeof(u64)] __aligned(8);

	words_put(bytes, value, word->size);
	arch_ksplice_write((void *)constant->addr + word->offset, bytes, word->size);
}

/**
 * ksplice_words_coming() - write the words of a module that runs no code yet
 * @object:	its object, matched
 *
 * What else of the memory they are in, if that of another update, is for this module.
 *
 * Context: ksplice_mutex held.
 * Return: 0, or an errno with the reason in the log and nothing written.
 */
noinline int ksplice_words_coming(struct ksplice_object *object)
{
	struct ksplice_constant *constant;
	struct ksplice_word *word;

	ksplice_for_each_present_constant(object->update, constant) {
		ksplice_for_each_word(constant, word) {
			if (constant->object == object &&
			    !words_holds(constant, word, word->old))
				return words_refuse(object->update, constant,
						    "its contents are not those seen by the matcher");
		}
	}
	ksplice_for_each_present_constant(object->update, constant) {
		ksplice_for_each_word(constant, word) {
			if (constant->object == object)
				words_write_unused(constant, word, word->new);
		}
	}
	return 0;
}
ALLOW_ERROR_INJECTION(ksplice_words_coming, ERRNO);

/**
 * ksplice_words_going() - put back words that are in the memory of other updates
 * @object:	the object of a module that is being removed, or was not loaded
 *
 * The module's own memory goes.  That of other updates stays, and must be as it was if
 * the module comes again.  If the module was not loaded, they may not have been written.
 *
 * Context: ksplice_mutex held.
 */
void ksplice_words_going(struct ksplice_object *object)
{
	struct ksplice_constant *constant;
	struct ksplice_word *word;

	ksplice_for_each_present_constant(object->update, constant) {
		if (constant->object != object || within_module(constant->addr, object->mod))
			continue;
		ksplice_for_each_word(constant, word) {
			if (words_holds(constant, word, word->new))
				words_write_unused(constant, word, word->old);
		}
	}
}
