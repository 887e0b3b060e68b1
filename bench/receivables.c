/* The contract of tests/bulk/receivables by hand: what the loop of the kernel is measured against (bench/kernel.py).
   Invoices are due by a day, settlements name an invoice and add up; while one is overdue the seller may dun. */
#include <stdint.h>

void fold(int64_t accounts, const int64_t *first, const int64_t *things, const int64_t *at, const int32_t *code,
          const int32_t *who, const int64_t *amount, const int64_t *due, const int64_t *invoice, int64_t base,
          const int64_t *end_of_day, int64_t days, int64_t as_of, int64_t *row, int64_t *status, int64_t *end, int64_t *done,
          int64_t *owed, int64_t *paid, int64_t *answer, int64_t *gone)
{
    for (int64_t a = 0; a < accounts; a++) {
        int64_t begin = things[a], next = begin, late = 0;
        gone[a] = 0;
        for (int64_t k = begin; k < things[a + 1]; k++) {
            row[k] = -1;
            status[k] = end[k] = done[k] = owed[k] = paid[k] = 0;
        }
        for (int64_t i = first[a]; i < first[a + 1] && at[i] <= as_of; i++) {
            int64_t t = at[i], k, day, sum;
            if (code[i] == 0) {
                k = next++;
                row[k] = i;
                day = due[i] - base;
                if (day < 0 || day >= days || end_of_day[day] < 0) { gone[a] = 1; break; }
                owed[k] = amount[i];
                paid[k] = 0;
                end[k] = end_of_day[day];
                if (amount[i] == 0) { status[k] = 2; done[k] = t; } else status[k] = 1;
            } else {
                k = invoice[i];
                if (k == -((int64_t)1 << 62)) { gone[a] = 3; break; }
                if (k < begin || k >= next || status[k] != 1 || (who[i] != 1 && who[i] != -2)) continue;
                sum = paid[k] + amount[i];
                if (sum < owed[k]) { paid[k] = sum; continue; }
                paid[k] = owed[k];
                status[k] = end[k] <= t ? 4 : 2;
                done[k] = t;
            }
        }
        for (int64_t k = begin; k < next; k++)
            if (status[k] == 1 && end[k] <= as_of) { status[k] = 3; late++; }
        answer[a] = late > 0 ? 1 : 3;
    }
}
