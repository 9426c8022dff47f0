/* What the test programs say when something does not hold. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(holds)                                                        \
    do {                                                                    \
        if (!(holds)) {                                                     \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds);     \
            exit(1);                                                        \
        }                                                                   \
    } while (0)

#define CHECK_STATUS(wanted, call) CHECK((call) == (wanted))
#define CHECK_OK(call) CHECK_STATUS(SPANMASK_OK, call)

#endif
