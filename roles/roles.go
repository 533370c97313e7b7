// Package roles holds the roles of those who sign in as a file that people read
// and change: what each is for, what it may do, and for whom.
//
// It embeds the file and nothing more; README.md says what each key means. Start at
// package internal/role, which reads it.
package roles

import _ "embed"

// Name is that of the file, for errors.
const Name = "roles/roles.yaml"

// File is the roles.
//
//go:embed roles.yaml
var File []byte
