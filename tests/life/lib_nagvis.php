<?php
// SPDX-License-Identifier: Apache-2.0
// NagVis' own Livestatus backend, asked for all that its maps ask for: lib_nagvis.php FOLDER SOCKET. Prints one JSON object; an exception ends it.
// What stands here besides is what NagVis gives its backends: settings, words, and map objects that know their names.

[, $folder, $socket] = $argv;
$core = $folder . '/usr/share/nagvis/share/server/core';
error_reporting(E_ALL & ~E_DEPRECATED);

function cfg($section, $key)
{
    global $socket;
    $settings = ['socket' => $socket, 'timeout' => 30, 'only_permitted_objects' => false, 'staleness_threshold' => 1.5, 'verify_tls_peer' => 1,
        'verify_tls_ca_path' => getenv('CA') ?: ''];
    return $settings[$key];
}

function l($text, $values = [])
{
    foreach ($values as $name => $value) {
        $text = str_replace('[' . $name . ']', $value, $text);
    }
    return $text;
}

require $core . '/defines/global.php';
require $core . '/defines/matches.php';
require $core . '/classes/CoreExceptions.php';
require $core . '/classes/GlobalBackendInterface.php';
require $core . '/classes/GlobalBackendmklivestatus.php';

class MapObject
{
    public function __construct(private $type, private $name, private $service = '') {}
    public function getType() { return $this->type; }
    public function getName() { return $this->name; }
    public function getServiceDescription() { return $this->service; }
    public function hasExcludeFilters($count) { return false; }
}

function by($key) { return [['key' => $key, 'op' => '=', 'val' => 'name']]; }
function within($key) { return [['key' => $key, 'op' => '>=', 'val' => 'name']]; }

$b = new GlobalBackendmklivestatus('live');
$host = ['h' => [new MapObject('host', 'h')], 'up' => [new MapObject('host', 'up')]];
$service = ['h~~s' => [new MapObject('service', 'h', 's')]];
$hosts = ['all' => [new MapObject('hostgroup', 'all')]];
$services = ['some' => [new MapObject('servicegroup', 'some')]];
$answers = [
    'hosts' => $b->getObjects('host'),
    'services' => $b->getObjects('service', 'h'),
    'hostgroups' => $b->getObjects('hostgroup'),
    'servicegroups' => $b->getObjects('servicegroup'),
    'host' => $b->getHostState($host, 0, by('host_name')),
    'host_hard' => $b->getHostState($host, 1, by('host_name')),
    'host_members' => $b->getServiceState($host, 0, by('host_name'), true),
    'host_counts' => $b->getHostMemberCounts($host, 0, by('host_name')),
    'service' => $b->getServiceState($service, 0, array_merge(by('host_name'), by('service_description'))),
    'hostgroup_hosts' => $b->getHostState($hosts, 0, within('groups'), true),
    'hostgroup_counts' => $b->getHostgroupStateCounts($hosts, 0, by('hostgroup_name')),
    'servicegroup_counts' => $b->getServicegroupStateCounts($services, 1, by('servicegroup_name')),
    'dynamic' => $b->getServiceListCounts(0, "Filter: description ~ ^s\nFilter: host_groups >= all\nAnd: 2\n"),
    'roots' => $b->getHostNamesWithNoParent(),
    'children' => $b->getDirectChildNamesByHostName('up'),
    'parents' => $b->getDirectParentNamesByHostName('h'),
    'group_members' => $b->getHostNamesInHostgroup('all'),
    'problems' => $b->getHostNamesProblematic(),
    'started' => $b->getProgramStart(),
    'places' => $b->getGeomapHosts('all'),
    'contacts' => $b->getContactsWithGroups(),
];
$b->actionAcknowledge('service', 'h;s', 'seen on a map', true, false, false, 'nv');
$answers['after'] = $b->getObjects('host'); // over the same connection, right behind the command
echo json_encode($answers);
