# SPDX-License-Identifier: Apache-2.0
"""A sample transport-management system that talks to the HTTP interface of a node, and to nothing else of it."""
