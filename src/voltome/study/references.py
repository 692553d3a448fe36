"""What steps are to be cited by: one name for each work."""

from __future__ import annotations

SORTED_COLUMNS = "P. Kolte, R. Smith, W. Su, A fast median filter using AltiVec, Proc. IEEE ICCD, 384 (1999)"
NON_LOCAL_MEANS = (
    "A. Buades, B. Coll, J.-M. Morel, A non-local algorithm for image denoising, Proc. IEEE CVPR 2, 60 (2005)"
)
BY_DISPLACEMENT = (
    "J. Darbon, A. Cunha, T. Chan, S. Osher, G. Jensen, Fast nonlocal filtering applied to electron cryomicroscopy, "
    "Proc. IEEE ISBI, 1331 (2008)"
)
OTSU = "N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9, 62 (1979)"
CROFTON = (
    "G. Lehmann, D. Legland, Efficient N-dimensional surface estimation using Crofton formula and run-length "
    "encoding, Insight J. (2012)"
)
DYNAMICS = "M. Grimaud, New measure of contrast: the dynamics, Proc. SPIE 1769, 292 (1992)"
DISTANCE = (
    "P. Felzenszwalb, D. Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8, 415 (2012), as "
    "implemented by W. Silversmith, edt"
)
ROWS = (
    "T. Saito, J.-I. Toriwaki, New algorithms for Euclidean distance transformation of an n-dimensional digitized "
    "picture with applications, Pattern Recognit. 27, 1551 (1994)"
)

POLAR = (
    "B. S. Reddy, B. N. Chatterji, An FFT-based technique for translation, rotation, and scale-invariant image "
    "registration, IEEE Trans. Image Process. 5, 1266 (1996)"
)
MASKED = "D. Padfield, Masked object registration in the Fourier domain, IEEE Trans. Image Process. 21, 2706 (2012)"
SIMPLEITK = "B. C. Lowekamp et al., The design of SimpleITK, Front. Neuroinform. 7, 45 (2013)"
BALLS = (
    "T. Hildebrand, P. Rüegsegger, A new method for the model-independent assessment of thickness in three-dimensional "
    "images, J. Microsc. 185, 67 (1997)"
)
CONTINUOUS = (
    "B. Münch, L. Holzer, Contradicting geometrical concepts in pore size analysis attained with electron microscopy "
    "and mercury intrusion, J. Am. Ceram. Soc. 91, 4059 (2008)"
)
CANNY = "J. Canny, A computational approach to edge detection, IEEE Trans. Pattern Anal. Mach. Intell. 8, 679 (1986)"
CLAHE = (
    "S. M. Pizer et al., Adaptive histogram equalization and its variations, Comput. Vis. Graph. Image Process. 39, "
    "355 (1987)"
)
HUBER = "P. J. Huber, Robust estimation of a location parameter, Ann. Math. Stat. 35, 73 (1964)"
RECONSTRUCTION = (
    "L. Vincent, Morphological grayscale reconstruction in image analysis, IEEE Trans. Image Process. 2, 176 (1993)"
)
SERRA = "J. Serra, Image Analysis and Mathematical Morphology, Academic Press (1982)"
SPLINES = "M. Unser, A. Aldroubi, M. Eden, B-spline signal processing, IEEE Trans. Signal Process. 41, 821 (1993)"
