package role

import "slices"

// notAtRosters are what nobody may at a site that keeps a roster, whatever their role: there,
// people are known by the roster, and nothing is told of them but that a record looks wrong
// (docs/rosters.md).
var notAtRosters = []Permission{
	"find people", "record health facts", EnterVaccinations, "record objections to sharing", "open records that are not shared with them",
	"say that two records are of one person", "decide who is who", "decide whether two reports are of one shot",
	"open messages", "see test messages", "upload files of vaccinations", "try corrected copies of messages",
}

// AtRosters reports that somebody of a site that keeps a roster may have a permission.
func AtRosters(p Permission) bool { return !slices.Contains(notAtRosters, p) }
