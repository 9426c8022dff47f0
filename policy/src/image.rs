//! Compiled policies, saved and loaded again.

use crate::Policy;
use crate::policy::Compiled;
use spanmask_core::image::{Aligned, Fault, ImageError, Keys, WriteError};
use std::sync::Arc;
use zeroize::Zeroizing;

impl Policy {
    /// The compiled policy as an image: loading it takes a fraction of the time that compiling takes. It holds everything
    /// but the [`warnings`](Self::warnings). The same policy gives the same bytes.
    ///
    /// # Errors
    /// [`WriteError::Keys`] when a rule has a key (`hash`): the image would show it. See [`Self::save_with_keys`].
    ///
    /// # Example
    /// ```
    /// let image = spanmask::Policy::preset("langfuse-docs")?.save()?;
    /// let policy = spanmask::Policy::load(&image)?;
    /// assert!(policy.rules().any(|rule| rule == "EMAIL"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self) -> Result<Vec<u8>, WriteError> {
        self.core().to_image(Keys::Refuse)
    }

    /// The same with the keys of `hash` actions, as they are: whoever has the image can find out which texts a pseudonym
    /// may stand for. Keep it as you keep the keys.
    ///
    /// # Errors
    /// When it would take 4 GiB.
    pub fn save_with_keys(&self) -> Result<Zeroizing<Vec<u8>>, WriteError> {
        self.core().to_image(Keys::Include).map(Zeroizing::new)
    }

    /// The policy of an image, checked in full and copied.
    ///
    /// # Errors
    /// What is wrong with the image. It may come from anywhere: no bytes make masking unsafe. They decide what is masked,
    /// though, so take images from those from whom you would take policies.
    pub fn load(image: &[u8]) -> Result<Self, ImageError> {
        let core = match spanmask_core::policy::Policy::from_image(image) {
            Err(ImageError { fault: Fault::Alignment, .. }) => {
                let aligned = Aligned::copy(image);
                spanmask_core::policy::Policy::from_image(aligned.bytes())?.into_owned()
            }
            other => other?.into_owned(),
        };
        Ok(Self::of(core))
    }

    /// The policy of an image that stays where it is: embedded in the program, or a file that is mapped for good. Nothing of
    /// it is copied.
    ///
    /// # Errors
    /// What is wrong with the image; also when it does not begin at a multiple of 8 bytes
    /// ([`Embedded`](crate::Embedded) sees to that).
    pub fn load_static(image: &'static [u8]) -> Result<Self, ImageError> {
        spanmask_core::policy::Policy::from_image(image).map(Self::of)
    }

    fn of(core: spanmask_core::policy::Policy<'static>) -> Self {
        Self(Arc::new(Compiled { core, warnings: Vec::new() }))
    }
}
