// Package states holds the policies of states as files that people read and
// change: a folder a state, and in it what its law and its programme decide.
//
// It embeds them and nothing more; README.md says what each key means. Start at
// package internal/policy, which reads them.
package states

import "embed"

// Files are the policies, <state>/policy.yaml, the regions of states that have some,
// <state>/regions.yaml, what people sign and are handed, <state>/forms/*.yaml and
// <state>/materials/*.yaml, what the registry writes to sites and users,
// <state>/letters/*.yaml and <state>/mail/*.txt, and courses and answers of their own, <state>/training and
// <state>/help.
//
//go:embed */policy.yaml */regions.yaml */forms/*.yaml */materials/*.yaml */letters/*.yaml */mail/*.txt */training */help
var Files embed.FS
