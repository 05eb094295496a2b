/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conf_secret.h"

#include "core/conf_table.h"

bool conf_secret_name(struct str name)
{
    static const char *const parts[] = {"PASS",    "SECRET",  "TOKEN",   "COMMUNITY",   "APIKEY",
                                        "API_KEY", "PRIVKEY", "AUTHKEY", "PRIVATE_KEY", "CREDENTIAL"};

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_icontains(name, str_of(parts[i])))
            return true;
    return false;
}

bool conf_secret_row(unsigned row)
{
    return row == CONF_D_CONTACT_vigie_webhook;
}
