// SPDX-License-Identifier: Apache-2.0
//! Who may accept a waybill: every reason against it.
