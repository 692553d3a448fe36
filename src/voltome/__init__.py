"""voltome: X-ray images of batteries to numbers you can trust.

Rooms, from the ground up:

``errors``        every error voltome raises
``runtime``       progress and memory
``data``          the nouns: Projections, Volume, PhaseImage, ParticleImage, ResultTable, Transform,
                  PixelClassifier, PoreNetwork
``physics``       what X-rays do in matter: attenuation, refraction, spectra
``io``            files <-> nouns
``filters``       image -> image: crop, median, Gaussian, non-local means
``registration``  scans of one object -> one frame
``twins``         scenes whose truth is known
``projections``   raw scans -> cleaned, centred, joined projections
``segmentation``  grey -> phases -> particles
``morphology``    phases and particles -> numbers
``transport``     diffusion and flow through phases -> tortuosity, permeability, with their errors
``study``         one YAML file -> checked, run, cached, resumable
``report``        a finished study -> figures and one HTML file
``export``        images, fields, streamlines and pore networks -> files for other programs
``papers``        demonstrations, each with its twin and its truth
``app``           the command line

Rooms load when first used: ``import voltome`` itself loads nothing, not even numpy.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
