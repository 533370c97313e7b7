package db

import (
	"fmt"
	"strings"
)

// insertSQL is the INSERT of one row into the columns of a table.
func insertSQL(table string, columns []string) string {
	args := make([]string, len(columns))
	for i := range columns {
		args[i] = fmt.Sprintf("$%d", i+1)
	}
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(args, ", ") + ")"
}
