//! Checkpoints: weights, optimizer state and description of a training in one safetensors file.

use super::description::Description;
use super::version_1;
use crate::OperatorError;
use candle_core::{Device, Tensor};
use data::{DataError, Hasher, write_atomically};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

/// The version of the layout that this program writes. It reads earlier ones, which have no checksum.
const VERSION: u32 = 3;

/// The beginning of the last entry of the metadata: the hash of the entries before it and of all tensors.
const CHECKSUM: &str = ",\"checksum\":\"";

/// The only key of the metadata.
const KEY: &str = "eddymark";

/// The metadata of a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Header {
    version: u32,
    pub(crate) description: Description,
    /// Optimizer steps taken.
    pub(crate) step: usize,
    /// The least loss on the split `valid` so far.
    pub(crate) best: Option<f64>,
}

/// A checkpoint: its metadata, and tensors by kind and name. The kinds are `weights`, `exp_avg`, `exp_avg_sq` and
/// `ema`.
pub(crate) struct Checkpoint {
    pub(crate) header: Header,
    tensors: BTreeMap<String, Tensor>,
}

impl Checkpoint {
    pub(crate) fn new(description: Description, step: usize, best: Option<f64>) -> Self {
        let header = Header { version: VERSION, description, step, best };
        Self { header, tensors: BTreeMap::new() }
    }

    /// Writes a temporary file, syncs it and renames it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), OperatorError> {
        let bytes = |tensor: &Tensor| -> candle_core::Result<(Vec<usize>, Vec<u8>)> {
            let values = tensor.flatten_all()?.to_vec1::<f32>()?;
            Ok((tensor.dims().to_vec(), values.iter().flat_map(|x| x.to_le_bytes()).collect()))
        };
        let owned = self.tensors.iter().map(|(name, tensor)| Ok((name, bytes(tensor)?)));
        let owned = owned.collect::<candle_core::Result<Vec<_>>>()?;
        let views = owned.iter().map(|(name, (shape, bytes))| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            (name, view.expect("there are four bytes per value"))
        });
        let views: BTreeMap<&str, TensorView<'_>> =
            views.map(|(name, view)| (name.as_str(), view)).collect();
        let header = serde_json::to_string(&self.header).expect("a header is plain JSON");
        let entries = header.strip_suffix('}').expect("a header is an object");
        let metadata = format!("{entries}{CHECKSUM}{}\"}}", checksum(entries, &views));
        let metadata = HashMap::from([(KEY.to_string(), metadata)]);
        let file = safetensors::serialize(views, Some(metadata)).expect("names differ");
        Ok(write_atomically(path, |to| to.write_all(&file))?)
    }

    /// Reads it onto a device.
    pub(crate) fn read(path: &Path, device: &Device) -> Result<Self, OperatorError> {
        let refuse = |found: String| OperatorError::Checkpoint {
            path: path.into(),
            found,
            expected: format!("an eddymark checkpoint of version {VERSION} or earlier"),
            remedy: "restore the file, or remove it and train again",
        };
        let foreign =
            |error: SafeTensorError| refuse(format!("no whole safetensors file ({error})"));
        let file = fs_err::read(path).map_err(DataError::from)?;
        let (_, metadata) = SafeTensors::read_metadata(&file).map_err(foreign)?;
        let tensors = SafeTensors::deserialize(&file).map_err(foreign)?;
        let header = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let header =
            header.ok_or_else(|| refuse("a safetensors file of another program".into()))?;
        let by_name: BTreeMap<&str, TensorView<'_>> = tensors.iter().collect();
        let sealed = header.rsplit_once(CHECKSUM);
        if let Some((entries, declared)) = sealed
            && declared.strip_suffix("\"}") != Some(&checksum(entries, &by_name))
        {
            return Err(refuse("bytes that were damaged after they were written".into()));
        }
        let unreadable =
            |error: serde_json::Error| refuse(format!("metadata that cannot be read ({error})"));
        let mut header: Value = serde_json::from_str(header).map_err(unreadable)?;
        let version = header["version"].as_u64().unwrap_or_default();
        match (version, sealed) {
            (1, None) => header.get_mut("description").into_iter().for_each(version_1::update),
            (2, None) | (3, Some(_)) => {}
            (3, None) => return Err(refuse("a checkpoint without its checksum".into())),
            _ => return Err(refuse(format!("a checkpoint of version {version}"))),
        }
        let header: Header = serde_json::from_value(header).map_err(unreadable)?;
        let present_name = |name: &str| {
            if version == 1 { version_1::tensor_name(name) } else { name.into() }
        };
        let tensor = |view: &TensorView| -> candle_core::Result<Tensor> {
            let values = view.data().chunks_exact(4);
            let values: Vec<f32> = values
                .map(|bytes| f32::from_le_bytes(bytes.try_into().expect("chunks of four")))
                .collect();
            Tensor::from_vec(values, view.shape(), device)
        };
        let tensors = by_name.iter().map(|(name, view)| Ok((present_name(name), tensor(view)?)));
        Ok(Self { header, tensors: tensors.collect::<candle_core::Result<_>>()? })
    }

    /// Adds a tensor of a kind.
    pub(crate) fn insert(&mut self, kind: &str, name: &str, tensor: &Tensor) {
        self.tensors.insert(format!("{kind}.{name}"), tensor.clone());
    }

    /// The tensors of one kind by name.
    pub(crate) fn tensors(&self, kind: &str) -> HashMap<String, Tensor> {
        let without_kind =
            |name: &str| Some(name.strip_prefix(kind)?.strip_prefix('.')?.to_string());
        let named =
            |(name, tensor): (&String, &Tensor)| Some((without_kind(name)?, tensor.clone()));
        self.tensors.iter().filter_map(named).collect()
    }
}

/// The hash of the metadata before the checksum, and of the tensors in the order of their names.
fn checksum(entries: &str, tensors: &BTreeMap<&str, TensorView<'_>>) -> String {
    let mut hasher = Hasher::default();
    hasher.text(entries);
    for (name, tensor) in tensors {
        hasher.text(name).text(&format!("{:?} {:?}", tensor.dtype(), tensor.shape()));
        hasher.bytes(tensor.data());
    }
    hasher.hex()
}
