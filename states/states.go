// Package states holds the policies of states as files that people read and
// change: a folder a state, and in it what its law and its programme decide.
//
// It embeds them and nothing more; README.md says what each key means. Start at
// package internal/policy, which reads them.
package states

import "embed"

// Files are the policies, <state>/policy.yaml, the regions of states that have
// some, <state>/regions.yaml, and what people sign and are handed,
// <state>/forms/*.yaml and <state>/materials/*.yaml.
//
//go:embed */policy.yaml */regions.yaml */forms/*.yaml */materials/*.yaml
var Files embed.FS
