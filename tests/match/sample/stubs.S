/* SPDX-License-Identifier: GPL-2.0 */
	.text
	.globl __fentry__, __x86_return_thunk
__fentry__:
	ret
	int3
__x86_return_thunk:
	ret
	int3
	.irp reg, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	.globl __x86_indirect_thunk_\reg
__x86_indirect_thunk_\reg:
	jmp *%\reg
	int3
	.endr
	.section .note.GNU-stack
