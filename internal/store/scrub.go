package store

import (
	"context"

	"openiis/internal/store/db"
)

// Scrub makes the database's files hold nothing of rows that were removed or changed, as
// far as a program can (db.Scrub): the registry must be at rest.
func Scrub(ctx context.Context, address string) error {
	if _, err := migrations(); err != nil {
		return err
	}
	return db.Scrub(ctx, address)
}
