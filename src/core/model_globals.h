/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the main file says, as far as Vigie acts on it or shows it. Which directive fills which field stands
 * in core/conf_main.def. Strings are offsets into the string pool of the snapshot (0: not set), periods,
 * commands and zones are indexes (UINT32_MAX: none). Pure data.
 */
#include <stdint.h>

enum model_date_format { MODEL_DATE_US, MODEL_DATE_EURO, MODEL_DATE_ISO8601, MODEL_DATE_STRICT_ISO8601 };

struct model_globals {
    /* times */
    int64_t interval_length_us; /* one unit of check_interval and the like */
    int64_t service_check_timeout_us, host_check_timeout_us, event_handler_timeout_us,
        notification_timeout_us;
    int64_t ocsp_timeout_us, ochp_timeout_us, perfdata_timeout_us;
    int64_t cached_host_check_horizon_us, cached_service_check_horizon_us;
    int64_t service_freshness_interval_us, host_freshness_interval_us, additional_freshness_latency_us;
    int64_t max_host_check_spread_us, max_service_check_spread_us;
    int64_t status_update_interval_us, retention_update_interval_us;
    int64_t service_perfdata_file_interval_us, host_perfdata_file_interval_us;
    int64_t command_check_interval_us; /* -1: as often as possible */
    int64_t time_change_threshold_us, retention_scheduling_horizon_us;
    /* switches: 0 or 1 */
    uint32_t execute_service_checks, execute_host_checks;
    uint32_t accept_passive_service_checks, accept_passive_host_checks;
    uint32_t enable_notifications, enable_event_handlers, enable_flap_detection;
    uint32_t check_external_commands, process_performance_data;
    uint32_t obsess_over_services, obsess_over_hosts;
    uint32_t check_service_freshness, check_host_freshness;
    uint32_t check_for_orphaned_services, check_for_orphaned_hosts;
    uint32_t passive_host_checks_are_soft, translate_passive_host_checks, send_recovery_anyways;
    uint32_t postpone_to_period, log_suppressed;
    uint32_t soft_state_dependencies;
    uint32_t enable_predictive_host_dependency_checks, enable_predictive_service_dependency_checks;
    uint32_t use_aggressive_host_checking, host_down_disable_service_checks;
    uint32_t service_parents_disable_service_checks;
    uint32_t log_notifications, log_service_retries, log_host_retries, log_event_handlers;
    uint32_t log_initial_states, log_current_states, log_external_commands, log_passive_checks;
    uint32_t history_passive; /* results that are handed in are events of the history, too */
    uint32_t retain_state_information, use_retained_program_state, use_retained_scheduling_info;
    uint32_t enable_environment_macros, use_large_installation_tweaks, use_syslog;
    /* numbers */
    uint32_t max_concurrent_checks;                                              /* 0: no limit */
    uint32_t low_service_flap, high_service_flap, low_host_flap, high_host_flap; /* 1/100 percent */
    uint32_t service_check_timeout_state;                                        /* 0..3, default 2 */
    /* The state of a check that is skipped, + 1; 0: it stays as it is. */
    uint32_t skip_service_dependency, skip_service_parent, skip_service_host_down, skip_host_dependency;
    uint32_t date_format;                               /* enum model_date_format */
    uint32_t log_rotation_method;                       /* the letter: n h d w m */
    uint32_t retained_host_mask, retained_service_mask; /* attributes not kept over a restart */
    uint32_t retained_process_host_mask, retained_process_service_mask;
    uint32_t retained_contact_host_mask, retained_contact_service_mask;
    /* commands without an object of their own: line indexes; host and service macros still open */
    uint32_t global_host_handler_line, global_service_handler_line;
    uint32_t ocsp_line, ochp_line;
    uint32_t host_perfdata_line, service_perfdata_line, host_perfdata_file_line, service_perfdata_file_line;
    /* strings */
    uint32_t main_file; /* path as given */
    uint32_t check_result_path, max_check_result_file_age, check_result_reaper_frequency;
    uint32_t log_file, command_file, nagios_user, nagios_group, log_archive_path;
    uint32_t illegal_macro_output_chars, illegal_object_name_chars;
    uint32_t admin_email, admin_pager;
    uint32_t host_perfdata_file, service_perfdata_file, host_perfdata_file_template,
        service_perfdata_file_template;
    uint32_t host_perfdata_empty, service_perfdata_empty;         /* empty performance data, too */
    uint32_t host_perfdata_file_mode, service_perfdata_file_mode; /* the letter: a w p */
    uint32_t temp_path, temp_file, status_file, state_retention_file, object_cache_file, resource_file,
        lock_file;
    uint32_t zone; /* index of the configuration's zone; UINT32_MAX: UTC */
    uint32_t zone_name;
    uint32_t n_periods;  /* with a name of their own; behind them stand the same ones in other zones */
    uint32_t compatible; /* 1: a Nagios main file, decide as Nagios does; 0: a native one */
};
