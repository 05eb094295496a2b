/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Why a host or service is as it is: GET /resources/{id}/why. The engine gives the reasons of now, the history what was decided; words are made here. */
#include "api/api.h"
#include "core/reason.h"
#include "wire/json.h"
#include "wire/json_read.h"

extern const char *const why_query[];
void why_show(struct api *a, struct api_request *q);
/* A reason with its words in both languages as the value that is due; null for WHY_NONE and what is not known. */
void why_write(struct json *j, const struct api *a, const struct sight *sight, const struct reason *r);
/* The first reason of a topic, or null. */
void why_first(struct json *j, const struct api *a, const struct sight *sight, const char *key,
               struct str reasons, enum reason_topic topic);
/* "contacts": who was told (or would be), and why each other one not. */
void why_contacts(struct json *j, const struct api *a, const struct sight *sight, struct str reasons,
                  enum reason_topic topic);
/* "undelivered": those of the reader's rows that say what did not arrive. */
void why_undelivered(struct json *j, const struct json_value *rows);
extern const struct shape why_shape, why_reason_shape, why_contact_shape, why_undelivered_shape;
