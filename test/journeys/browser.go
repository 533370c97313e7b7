// Package journeys walks through the pages in a real browser, as people do.
//
// Each journey is a test that reads as a column of steps. On every page it
// stops at, it checks accessibility with axe-core, looks for content wider than a
// telephone, and takes pictures at two widths. It needs Chromium and the
// packages of folder ui (npm ci); without them it fails, and only -short leaves
// it out. Start at TestANurseFindsAChildAndPrintsTheRecord.
package journeys
