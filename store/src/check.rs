// SPDX-License-Identifier: Apache-2.0
//! Looking through a whole folder: what is stored is what the headers commit to.

use chain::ids::Height;
use chain::view::Past;
use chain::{Hash, merkle};

use crate::error::StoreError;
use crate::open::{self, Store};

/// What a check looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The newest height.
    pub height: Height,
    /// Blocks whose receipts and changes were hashed again.
    pub blocks: u64,
}

impl Store {
    /// Hashes every header, its receipts and its changes again, and all newest versions. `progress`
    /// gets every height that is done. Not meant for a node that runs.
    pub fn check(&self, progress: &dyn Fn(Height)) -> Result<Checked, StoreError> {
        let newest = self.header();
        let mut parent = Hash::ZERO;
        for height in (0..=newest.height.0).map(Height) {
            let header = self.header_at(height);
            let header =
                header.ok_or_else(|| self.damaged(format!("block {height} is missing")))?;
            if header.parent_hash != parent {
                return Err(self.damaged(format!("block {height} does not follow its parent")));
            }
            let receipts: Vec<Hash> = self.receipts_at(height).iter().map(|r| r.leaf()).collect();
            let changes: Vec<Hash> = self.changes_at(height).iter().map(|c| c.leaf()).collect();
            if merkle::root_of(&receipts) != header.receipt_root
                || merkle::root_of(&changes) != header.change_root
            {
                return Err(self.damaged(format!("receipts or changes of block {height} differ")));
            }
            parent = header.hash();
            progress(height);
        }
        let depth = self.newest().read().tree.depth();
        let tree = open::rebuild(self.db(), depth).map_err(|detail| self.damaged(detail))?;
        if tree.root() != newest.state_root || parent != self.header_hash() {
            return Err(self.damaged("the records' root differs from the newest header".into()));
        }
        Ok(Checked { height: newest.height, blocks: newest.height.0 + 1 })
    }
}
