// SPDX-License-Identifier: GPL-2.0
/*
 * The state of pre as post has to find it, by the map that the mutator wrote
 * down: nothing here is decided by the name of a symbol.
 *
 * Variables of post that pre has too are linked where pre's stand, so that
 * their values are there. What remains are pointers to functions and constants,
 * values of enums, and structures whose layout changed.
 */
#include <stdlib.h>
#include <string.h>
#include "machine.h"

#define MAX_MAP		4096
#define MAX_OPS		64
#define POST_AT		0x21000000UL

/* A symbol of a file */
struct name {
	char label[32], name[64];
};

struct pair {
	struct name pre, post;
	u32 pre_off, post_off, len;
};

enum op_kind { OP_COPY, OP_SET, OP_ENUM };

struct op {
	enum op_kind kind;
	u32 from, to, len, n;
	long value;
	long old[16], new[16];
};

struct conv {
	u32 old_size, new_size, nops;
	struct op ops[MAX_OPS];
};

struct conv_var {
	struct name pre;
	u32 conv, count;
};

static struct pair vars[MAX_MAP], consts[MAX_MAP];
static u32 nvars, nconsts;
static struct pair funcs[MAX_MAP];
static u32 nfuncs;
static struct conv convs[64];
static u32 nconvs;
static struct conv_var conv_vars[256];
static u32 nconv_vars;
static struct { u32 type, conv; } conv_heap[64];
static u32 nconv_heap;
static struct name olds[512];
static u32 nolds;

/* A piece of memory that means something else in post */
struct moved {
	unsigned long pre, post, len;
};

static struct moved moved[2 * MAX_MAP];
static u32 nmoved;

/* The plan */

static void read_name(char **p, struct name *n)
{
	int used = 0;

	if (sscanf(*p, "%31s %63s%n", n->label, n->name, &used) < 2)
		fatal("plan: a name is missing");
	*p += used;
}

static void read_pair(char *p, struct pair *v)
{
	read_name(&p, &v->pre);
	read_name(&p, &v->post);
	sscanf(p, "%u %u %u", &v->pre_off, &v->post_off, &v->len);
}

static void read_op(char *p, enum op_kind kind)
{
	struct conv *c = &convs[nconvs - 1];
	struct op *o = &c->ops[c->nops++];
	int used;

	if (c->nops == MAX_OPS)
		fatal("plan: too many steps");
	o->kind = kind;
	if (kind == OP_COPY && sscanf(p, "%u %u %u", &o->from, &o->to, &o->len) == 3)
		return;
	if (kind == OP_SET && sscanf(p, "%u %u %ld", &o->to, &o->len, &o->value) == 3)
		return;
	if (kind != OP_ENUM || sscanf(p, "%u %u%n", &o->to, &o->len, &used) < 2)
		fatal("plan: what is '%s'?", p);
	for (p += used; sscanf(p, "%ld %ld%n", &o->old[o->n], &o->new[o->n], &used) == 2; p += used)
		o->n++;
}

static void read_conv(char *p)
{
	struct conv *c = &convs[nconvs++];

	if (sscanf(p, "%u %u", &c->old_size, &c->new_size) != 2)
		fatal("plan: conv");
}

static void read_conv_var(char *p)
{
	struct conv_var *v = &conv_vars[nconv_vars++];

	read_name(&p, &v->pre);
	v->conv = nconvs - 1;
	sscanf(p, "%u", &v->count);
}

static void read_object(struct plan *plan, char *p, bool post)
{
	struct image *im = post ? plan->post : plan->pre;
	char label[32], path[400];

	if (sscanf(p, "%31s %399s", label, path) != 2)
		fatal("plan: an object without a path");
	if (!post) {
		image_load(im, strdup(label), strdup(path));
		return;
	}
	/* loaded when it is needed: see load_post() */
	im->objects = realloc(im->objects, (im->nobjects + 1) * sizeof(*im->objects));
	im->objects[im->nobjects].label = strdup(label);
	im->objects[im->nobjects++].file = (void *)strdup(path);
}

static bool read_list(char *word, char *p)
{
	if (!strcmp(word, "var"))
		read_pair(p, &vars[nvars++]);
	else if (!strcmp(word, "const"))
		read_pair(p, &consts[nconsts++]);
	else if (!strcmp(word, "func"))
		read_pair(p, &funcs[nfuncs++]);
	else if (!strcmp(word, "old"))
		read_name(&p, &olds[nolds++]);
	else if (!strcmp(word, "conv"))
		read_conv(p);
	else if (!strcmp(word, "copy"))
		read_op(p, OP_COPY);
	else if (!strcmp(word, "set"))
		read_op(p, OP_SET);
	else if (!strcmp(word, "enum"))
		read_op(p, OP_ENUM);
	else if (!strcmp(word, "convvar"))
		read_conv_var(p);
	else
		return false;
	return true;
}

static void read_line(struct plan *plan, char *line)
{
	char *p = line + strcspn(line, " ");

	if (*p)
		*p++ = 0;
	p[strcspn(p, "\n")] = 0;
	if (read_list(line, p))
		return;
	if (!strcmp(line, "pre") || !strcmp(line, "post"))
		read_object(plan, p, line[1] == 'o');
	else if (!strcmp(line, "update"))
		plan->update = strdup(p);
	else if (!strcmp(line, "steps"))
		plan->steps = atoi(p);
	else if (!strcmp(line, "apply"))
		plan->apply = atoi(p);
	else if (!strcmp(line, "undo"))
		plan->undo = atoi(p);
	else if (!strcmp(line, "convheap"))
		conv_heap[nconv_heap].conv = nconvs - 1, conv_heap[nconv_heap++].type = atoi(p);
	else
		fatal("plan: what is '%s'?", line);
}

void plan_read(struct plan *plan, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[4096];

	if (!f)
		fatal("%s: %m", path);
	while (fgets(line, sizeof(line), f)) {
		if (nvars >= MAX_MAP || nconsts >= MAX_MAP || nfuncs >= MAX_MAP ||
		    nconvs >= 64 || nconv_vars >= 256 || nolds >= 512)
			fatal("plan: too long");
		read_line(plan, line);
	}
	fclose(f);
}

/* From names to addresses */

static bool is_named(const struct object *o, const char *sym, const struct name *n)
{
	return !strcmp(o->label, n->label) && !strcmp(sym, n->name);
}

static struct sym *find(struct image *im, const struct name *n)
{
	u32 i;

	for (i = 0; i < im->nsyms; i++)
		if (is_named(&im->objects[im->syms[i].object], im->syms[i].name, n))
			return &im->syms[i];
	return NULL;
}

static struct image *pinned_to;

/* Where pre has the variable; 0 if it is new, or a constant there. */
static unsigned long pin(const struct object *o, const char *sym, size_t size)
{
	struct sym *s;
	u32 i;

	for (i = 0; i < nvars; i++) {
		if (!is_named(o, sym, &vars[i].post))
			continue;
		s = find(pinned_to, &vars[i].pre);
		if (!s || s->kind != R_DATA)
			return 0;
		if (size > s->size + 48)
			fatal("map: %s grows too much", sym);
		return s->addr;
	}
	return 0;
}

static void load_post(struct plan *p)
{
	struct object *list = p->post->objects;
	u32 i, n = p->post->nobjects;

	p->post->objects = NULL;
	p->post->nobjects = 0;
	image_init(p->post, "post", POST_AT);
	pinned_to = p->pre;
	p->post->pin = pin;
	p->post->rest = p->pre;
	for (i = 0; i < n; i++)
		image_load(p->post, list[i].label, (char *)list[i].file);
	image_link(p->post);
}

static void add_moved(unsigned long pre, unsigned long post, u32 len)
{
	moved[nmoved].pre = pre;
	moved[nmoved].post = post;
	moved[nmoved++].len = len;
}

static void resolve_map(const struct plan *p)
{
	struct sym *a, *b;
	u32 i;

	for (i = 0; i < nfuncs; i++) {
		a = find(p->pre, &funcs[i].pre);
		b = find(p->post, &funcs[i].post);
		if (a && b && a->kind == R_TEXT)
			add_moved(a->addr, b->addr, 1);
	}
	for (i = 0; i < nconsts; i++) {
		a = find(p->pre, &consts[i].pre);
		b = find(p->post, &consts[i].post);
		if (a && b && a->kind == R_RODATA)
			add_moved(a->addr + consts[i].pre_off,
				  b->addr + consts[i].post_off, consts[i].len);
	}
}

/* Pointers */

static unsigned long translated(unsigned long word, bool back)
{
	u32 i;

	for (i = 0; i < nmoved; i++) {
		unsigned long from = back ? moved[i].post : moved[i].pre;

		if (word >= from && word < from + moved[i].len)
			return word - from + (back ? moved[i].pre : moved[i].post);
	}
	return word;
}

static void translate_range(unsigned long at, size_t len, bool back)
{
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		unsigned long *word = (void *)(at + i);

		*word = translated(*word, back);
	}
}

static void translate(const struct plan *p, bool back)
{
	struct heap_slot *heap = machine_heap();
	u32 i;

	translate_range(p->pre->r[R_DATA].base, p->pre->r[R_DATA].used, back);
	for (i = 0; i < HEAP_SLOTS; i++)
		if (heap[i].size)
			translate_range((unsigned long)heap[i].data, sizeof(heap[i].data), back);
}

/* Layouts */

static void do_enum(const struct op *o, u8 *to)
{
	long v = 0;
	u32 i;

	memcpy(&v, to, o->len);
	for (i = 0; i < o->n; i++) {
		if (o->old[i] == v) {
			memcpy(to, &o->new[i], o->len);
			return;
		}
	}
}

static void convert(const struct conv *c, const u8 *from, u8 *to)
{
	const struct op *o;

	memset(to, 0, c->new_size);
	for (o = c->ops; o < c->ops + c->nops; o++) {
		if (o->kind == OP_COPY)
			memcpy(to + o->to, from + o->from, o->len);
		else if (o->kind == OP_SET)
			memcpy(to + o->to, &o->value, o->len);
		else
			do_enum(o, to + o->to);
	}
}

static void convert_at(u32 conv, u8 *at, u32 count)
{
	const struct conv *c = &convs[conv];
	u8 *old = malloc(count * c->old_size);
	u32 i;

	memcpy(old, at, count * c->old_size);
	for (i = 0; i < count; i++)
		convert(c, old + i * c->old_size, at + i * c->new_size);
	free(old);
}

static void convert_all(const struct plan *p)
{
	struct heap_slot *heap = machine_heap();
	struct sym *s;
	u32 i, k;

	for (i = 0; i < nconv_vars; i++) {
		s = find(p->pre, &conv_vars[i].pre);
		if (s && s->kind == R_DATA)
			convert_at(conv_vars[i].conv, (u8 *)s->addr, conv_vars[i].count);
	}
	for (i = 0; i < HEAP_SLOTS; i++)
		for (k = 0; heap[i].size && k < nconv_heap; k++)
			if (heap[i].type == conv_heap[k].type)
				convert_at(conv_heap[k].conv, heap[i].data, 1);
}

/* Code */

void write_jump(unsigned long site, unsigned long dest)
{
	s32 rel = dest - (site + 5);

	*(u8 *)site = 0xe9;
	memcpy((void *)(site + 1), &rel, 4);
}

static bool is_clone(const char *name)
{
	return strstr(name, ".cold") || strstr(name, ".part");
}

static const struct name *post_of(const struct plan *p, const struct sym *s)
{
	const char *label = p->pre->objects[s->object].label;
	u32 i;

	for (i = 0; i < nfuncs; i++)
		if (!strcmp(funcs[i].pre.label, label) &&
		    !strcmp(funcs[i].pre.name, base_name(s->name)))
			return &funcs[i].post;
	return NULL;
}

/* Code that sleeps on goes on to what post has of all that it calls. */
static void redirect_all(const struct plan *p)
{
	const struct name *n;
	struct name full;
	struct sym *s, *to;

	for (s = p->pre->syms; s < p->pre->syms + p->pre->nsyms; s++) {
		if (!s->func || s->kind != R_TEXT || is_clone(s->name))
			continue;
		n = post_of(p, s);
		if (!n)
			continue;
		full = *n;
		strncat(full.name, s->name + strlen(base_name(s->name)),
			sizeof(full.name) - strlen(full.name) - 1);
		to = find(p->post, &full);
		if (to && to->kind == R_TEXT)
			write_jump(s->addr, to->addr);
	}
}

/* Both ways */

static u8 *saved_data, *saved_heap, *saved_text;

static void copy_state(const struct plan *p, bool save)
{
	const struct region *r = &p->pre->r[R_DATA], *t = &p->pre->r[R_TEXT];
	size_t heap = HEAP_SLOTS * sizeof(struct heap_slot);

	if (save) {
		saved_data = memcpy(malloc(r->used), (void *)r->base, r->used);
		saved_heap = memcpy(malloc(heap), machine_heap(), heap);
		saved_text = memcpy(malloc(t->used), (void *)t->base, t->used);
	} else {
		memcpy((void *)r->base, saved_data, r->used);
		memcpy(machine_heap(), saved_heap, heap);
	}
}

/* From here on post runs, with the state that pre has come to. */
void state_to_post(struct plan *p)
{
	copy_state(p, true);
	load_post(p);
	machine_boot_heap(true);
	image_boot(p->post);
	machine_boot_heap(false);
	image_seal(p->post);
	copy_state(p, false);
	resolve_map(p);
	convert_all(p);
	translate(p, false);
	redirect_all(p);
}

static bool points_to_post(const struct plan *p, unsigned long at, size_t len)
{
	size_t i;
	u32 k;

	for (i = 0; i + 8 <= len; i += 8)
		for (k = 0; k < R_KINDS; k++)
			if (image_has(p->post, *(unsigned long *)(at + i), 1, k))
				return true;
	return false;
}

static bool all_points_to_pre(const struct plan *p)
{
	struct heap_slot *heap = machine_heap();
	u32 i;

	if (points_to_post(p, p->pre->r[R_DATA].base, p->pre->r[R_DATA].used))
		return false;
	for (i = 0; i < HEAP_SLOTS; i++)
		if (heap[i].size && points_to_post(p, (unsigned long)heap[i].data,
						   sizeof(heap[i].data)))
			return false;
	return true;
}

/* The way back; false if it is not defined what pre would do with this state. */
bool state_to_pre(struct plan *p)
{
	u32 i;

	if (nconvs)
		return false;
	translate(p, true);
	if (!all_points_to_pre(p))
		return false;
	memcpy((void *)p->pre->r[R_TEXT].base, saved_text, p->pre->r[R_TEXT].used);
	for (i = 0; i < nmoved; i++)
		if (moved[i].len == 1)
			write_jump(moved[i].post, moved[i].pre);
	return true;
}

/*
 * Old code of functions that changed must not run once the update is applied:
 * whoever is in it after all runs into a breakpoint.
 */

static u8 *kept;

static bool same_in_post(const struct plan *p, const struct sym *s, const char *name)
{
	u32 i;

	/* these are not loaded in this process: see read_object() */
	for (i = 0; i < p->post->nobjects; i++)
		if (file_has_code((char *)p->post->objects[i].file, name, s))
			return true;
	return false;
}

static void poison(const struct sym *s)
{
	unsigned long start = update_jump_end(s->addr);

	if (start < s->addr + s->size)
		memset((void *)start, 0xcc, s->addr + s->size - start);
}

static void poison_name(const struct plan *p, const struct name *n)
{
	const struct sym *s;

	for (s = p->pre->syms; s < p->pre->syms + p->pre->nsyms; s++) {
		if (!s->func || s->kind != R_TEXT || strcmp(base_name(s->name), n->name) ||
		    strcmp(p->pre->objects[s->object].label, n->label) ||
		    same_in_post(p, s, n->name))
			continue;
		poison(s);
	}
}

void poison_old(const struct plan *p, bool on)
{
	const struct region *t = &p->pre->r[R_TEXT];
	u32 i;

	if (!on) {
		memcpy((void *)t->base, kept, t->used);
		return;
	}
	kept = memcpy(malloc(t->used), (void *)t->base, t->used);
	for (i = 0; i < nolds; i++)
		poison_name(p, &olds[i]);
}
