/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Bugs that a world can be given: tests/sim proves that it would notice them. */
enum world_mutation {
    WORLD_SOUND,
    WORLD_APPLIES_TWICE,
    WORLD_RUNS_TWICE,
    WORLD_FORGETS_TO_PLAN,
    WORLD_PLANS_LATE,
    WORLD_MIXES_UP,
    WORLD_LEAKS_RUNS,
    WORLD_FORGETS_TO_STORE,
    WORLD_DEPENDS_ON_ADDRESSES,
    WORLD_FORGETS_AN_INPUT,
    WORLD_DECIDES_SILENTLY,
    WORLD_HURRIES,
    WORLD_CONFIRMS_EARLY,
    WORLD_KEEPS_SILENT,
    WORLD_GIVES_NO_REASON,
    WORLD_MUTATIONS
};
