/* SPDX-License-Identifier: GPL-2.0 */
/* what the first module exports */
int kspl_first_sum(int value);
