//! Owns the memory that the scrollback of all panes may take together: the longest ones give way, to the same length.

use crate::app::App;

/// Keeps the scrollback of all panes within the setting. Cheap while it is.
pub(super) fn keep_within(app: &mut App) {
    let most = usize::try_from(app.settings.config.history.bytes_total).unwrap_or(usize::MAX);
    let sizes = app.panes.values().map(|pane| pane.screen.history_bytes());
    if sizes.clone().sum::<usize>() <= most {
        return;
    }
    let Some(level) = level(sizes.collect(), most) else {
        return;
    };
    for pane in app.panes.values_mut() {
        if pane.screen.history_bytes() > level {
            pane.screen.shrink_history(level);
        }
    }
}

/// The length that the longer ones are cut to, so that all together are at most `most`; none when they are already.
fn level(mut sizes: Vec<usize>, most: usize) -> Option<usize> {
    sizes.sort_unstable();
    let mut left = most;
    for (done, size) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - done);
        if *size > share {
            return Some(share);
        }
        left -= size;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_ones_are_left_and_long_ones_share_the_rest() {
        assert_eq!(level(vec![10, 100, 300], 210), Some(100));
        assert_eq!(level(vec![10, 100, 300], 150), Some(70));
        assert_eq!(level(vec![10, 100], 110), None);
    }

    proptest! {
        #[test]
        fn cut_to_the_level_they_fit(sizes in proptest::collection::vec(0_usize..1000, 0..20), most in 0_usize..5000) {
            let level = level(sizes.clone(), most).unwrap_or(usize::MAX);
            let cut: usize = sizes.iter().map(|size| size.min(&level)).sum();
            prop_assert!(cut <= most);
        }
    }
}
