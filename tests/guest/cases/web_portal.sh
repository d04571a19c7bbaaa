#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# web_portal.sh - docs/examples/web-portal with one of its LPARs: the three tiers answer, again after a
# second run, and --down leaves nothing
# lpar: none
# timeout: 400
set -u
# shellcheck source=tests/guest/lib.sh
. "$PAR_TEST_SOURCE/guest/lib.sh"
portal=$PAR_TEST_SOURCE/../docs/examples/web-portal
lpar="portal-development"

like "it is made" "$("$portal" --lpars 1 2>&1)" '^1 LPARs with 3 WPARs each'
is "with its WPARs" "$(wparcmd -m "$SYS" -p $lpar -- lswpar -c -q -a name,state | LC_ALL=C sort)" "Dwparapp01:A
Dwparora01:A
Dwparweb01:A"
is "the portal answers, through all of them" "$("$portal" --ask 2>&1)" "$lpar:
    Good day, trainer: visit 1 to Dwparapp01.
    This page comes from Dwparweb01."
wparcmd -m "$SYS" -p $lpar -- stopwpar -h Dwparapp01 >/dev/null 2>&1
unlike "without a tier it does not" "$("$portal" --ask 2>&1)" 'Good day, trainer: visit'
like "a second run puts it right" "$("$portal" --lpars 1 2>&1)" '^1 LPARs with 3 WPARs each'
like "and it answers, with what the database has kept" "$("$portal" --ask 2>&1)" "visit [23] to Dwparapp01"
like "--down" "$("$portal" --down 2>&1)" "^$lpar is gone"
is "leaves nothing" "$(lssyscfg -r lpar -m "$SYS" -F name | grep -c portal)" 0
like "a wrong number" "$("$portal" --lpars 6 2>&1)" '^web-portal: --lpars is a number from 1 to 5$'
done_testing
